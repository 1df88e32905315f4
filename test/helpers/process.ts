import { x, type Output } from 'tinyexec'
import { expect } from 'vitest'

/** Variables that would change what a spawned program does, with those that pnpm gives to a script; a case sets what it needs. */
const REMOVED =
  /^(?:VITEST|VITE_|CI$|GITHUB_|BYTENITE_|NODE_ENV$|NODE_OPTIONS$|FORCE_COLOR$|TEST$|npm_(?!config_(?:registry|cache|userconfig)$))/

export interface RunOptions {
  cwd: string
  env?: Record<string, string>
  /** What the output may warn of; anything else that looks like a warning fails the test. */
  warnings?: RegExp
}

/** The environment of a user's shell, to be merged with that of this process. */
export function shellEnvironment(env: Record<string, string> = {}): Record<string, string | undefined> {
  const removed = Object.keys(process.env).filter((name) => REMOVED.test(name))
  return { ...Object.fromEntries(removed.map((name) => [name, undefined])), NO_COLOR: '1', ...env }
}

/** Runs a program to its end, as a user's shell would. */
export async function run(command: string, parameters: string[], { cwd, env, warnings }: RunOptions): Promise<Output> {
  const output = await x(command, parameters, {
    nodeOptions: { cwd, env: shellEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] },
  })
  const unexpected = `${output.stdout}\n${output.stderr}`
    .split('\n')
    .filter((line) => /\bwarn(?:ing)?\b|\(!\)|deprecat/i.test(line) && !warnings?.test(line))
  expect(unexpected, 'unexpected warnings').toEqual([])
  return output
}

/** {@link run} for a program that must succeed; returns all it printed. */
export async function runSuccessfully(command: string, parameters: string[], options: RunOptions): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, parameters, options)
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0)
  return `${stdout}\n${stderr}`
}
