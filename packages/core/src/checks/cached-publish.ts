import type { Finding } from './codes.js'

/** Tools that run a project's scripts and replay their output and files from a cache, by a variable that they set for a task. */
const RUNNERS: readonly { name: string; variables: readonly string[]; remedy: string }[] = [
  { name: 'Turborepo', variables: ['TURBO_HASH'], remedy: 'set "cache": false in turbo.json' },
  { name: 'Lerna', variables: ['LERNA_PACKAGE_NAME'], remedy: 'leave it out of "cacheableOperations" in nx.json' },
  { name: 'Nx', variables: ['NX_TASK_HASH', 'NX_TASK_TARGET_PROJECT'], remedy: 'set "cache": false in project.json or nx.json' },
]

/** The tool that may replay this build from its cache; `undefined` if there is none. */
export function findTaskRunner(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return RUNNERS.find(({ variables }) => variables.some((name) => env[name]))?.name
}

/** A publish that a cache replays never reaches the platform, and looks as if it had. */
export function findCachedPublish(taskRunner: string | undefined): Finding[] {
  const runner = RUNNERS.find(({ name }) => name === taskRunner)
  if (runner === undefined) return []
  return [
    {
      code: 'cached-publish',
      message: `This runs under ${runner.name}, which can restore the build from its cache: it then prints "published" again, and publishes nothing.`,
      remedy: `For the task that publishes, ${runner.remedy}; or build and publish in two tasks. Then turn this check off: checks: { 'cached-publish': 'off' }.`,
    },
  ]
}
