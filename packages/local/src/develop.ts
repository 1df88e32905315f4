import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createClient, type Client } from 'bytenite-uploader'
import { x } from 'tinyexec'
import { createLocalPlatform } from './server/platform.js'
import { runAsGroup } from './task/process-group.js'
import { runPublished, type RunPublishedOptions } from './task/run-published.js'
import type { TaskResult } from './task/run-task.js'
import { withScratchDirectory } from './task/scratch-directory.js'

export interface DevelopOptions extends Omit<RunPublishedOptions, 'tag' | 'apiUrl' | 'credentials'> {
  /** The build command and its parameters. */
  command: readonly [string, ...string[]]
}

/**
 * Builds a project, publishes it to a temporary platform, and runs one task of the published app. The platform and its
 * data are removed afterwards.
 */
export async function develop({ command, ...task }: DevelopOptions): Promise<TaskResult> {
  return withScratchDirectory(async (directory) => {
    const platform = createLocalPlatform({ directory: join(directory, 'platform') })
    try {
      const { apiUrl } = await platform.listen()
      const credentials = { apiKey: platform.apiKey }
      await build(command, task.signal, { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: platform.apiKey })
      const tag = await onlyApp(createClient({ apiUrl, credentials, signal: task.signal }))
      return await runPublished({ ...task, tag, apiUrl, credentials })
    } finally {
      await platform.close()
    }
  })
}

/** Milliseconds that a build has to clean up after itself. */
const BUILD_GRACE = 3_000

async function build(
  [command, ...parameters]: DevelopOptions['command'],
  signal: AbortSignal | undefined,
  variables: Record<string, string>,
): Promise<void> {
  // A token for another platform would be preferred to the key. An empty one counts as absent.
  const env = { ...variables, BYTENITE_ACCESS_TOKEN: '', BYTENITE_PUBLISH: 'true' }
  const start = (group: { detached: boolean }): ChildProcess =>
    x(command, parameters, { nodeOptions: { ...group, stdio: 'inherit', env } }).process as ChildProcess
  const { exitCode, signal: endSignal } = await runAsGroup(start, { signal, grace: () => BUILD_GRACE }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      throw new Error(`The build command "${command}" was not found. Check its spelling, or install it.`, { cause: error })
    },
  )
  const ending = endSignal === null ? `failed with exit code ${exitCode}` : `was ended by ${endSignal}`
  if (exitCode !== 0) throw new Error(`The build ${ending}: ${[command, ...parameters].join(' ')}`)
}

async function onlyApp(client: Client): Promise<string> {
  const tags: string[] = []
  for await (const { name, version } of client.apps.list()) tags.push(`${name}@${version}`)
  const [tag, ...others] = tags
  if (tag === undefined) {
    throw new Error(
      'The build published no app to the local platform. If its options set "apiUrl" or "publish", remove them: they take precedence over the environment.',
    )
  }
  if (others.length > 0) {
    throw new Error(
      `The build published ${tags.length} apps (${tags.join(', ')}), but "dev" runs only one. Use "bytenite-local serve" and "bytenite-local run" instead.`,
    )
  }
  return tag
}
