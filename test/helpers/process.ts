import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'vitest'
import { isInTest, onTestFinished } from './current-test.ts'
import { waitFor, within } from './wait-for.ts'

/** Variables that would change what a spawned program does, with those that pnpm gives to a script; a case sets what it needs. */
const REMOVED =
  /^(?:VITEST|VITE_|CI$|GITHUB_|BYTENITE_|NODE_ENV$|NODE_OPTIONS$|FORCE_COLOR$|TEST$|npm_(?!config_(?:registry|cache|userconfig)$))/

/** Variables of a program; `undefined` takes one away. */
type Environment = Record<string, string | undefined>

/** The environment of a user's shell, to be merged with that of this process. */
function shellEnvironment(env: Environment = {}): Environment {
  const removed = Object.keys(process.env).filter((name) => REMOVED.test(name))
  return { ...Object.fromEntries(removed.map((name) => [name, undefined])), NO_COLOR: '1', ...env }
}

export interface ProgramOptions {
  cwd: string
  env?: Environment
  /** `ignore` ends a program that runs for as long as somebody could type. @default 'pipe' */
  stdin?: 'pipe' | 'ignore'
}

/** A program that runs. */
export interface Program {
  /** Its process id. */
  readonly pid: number | undefined
  /** What it has printed so far, on either stream. */
  output(): string
  /** Waits until it has printed something. */
  waitForOutput(expected: string | RegExp): Promise<void>
  isRunning(): boolean
  type(keys: string): void
  kill(signal?: NodeJS.Signals): void
  /** Waits until it has ended, and everything that it printed is here. */
  end(timeout?: number): Promise<Ending>
}

export interface Ending {
  exitCode: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Starts a program, as a user's shell would. At the end of the test it is killed if it still runs. */
export function startProgram(command: string, parameters: string[], { cwd, env, stdin = 'pipe' }: ProgramOptions): Program {
  const name = [command, ...parameters].join(' ')
  const child = spawn(command, parameters, { cwd, env: { ...process.env, ...shellEnvironment(env) }, stdio: [stdin, 'pipe', 'pipe'] })
  const printed = { stdout: '', stderr: '', both: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text
      printed.both += text
    })
  }
  // A program that ends does not read what is still typed.
  child.stdin?.on('error', () => {})
  const exited = once(child, 'exit')
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  // A program that cannot be started is told of where it is waited for.
  for (const promise of [exited, closed]) promise.catch(() => {})
  const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null
  const details = (): string => `It has printed:\n${printed.both}`
  if (isInTest()) {
    onTestFinished(async () => {
      if (!isRunning()) return
      child.kill('SIGKILL')
      await within(`the end of ${name}, which was killed`, exited)
    })
  }
  return {
    pid: child.pid,
    output: () => printed.both,
    async waitForOutput(expected) {
      const isThere = (): boolean => (typeof expected === 'string' ? printed.both.includes(expected) : expected.test(printed.both))
      const wanted = `${name} to print ${String(expected)}`
      await waitFor(wanted, () => isThere() || !isRunning(), { details })
      // The last of it may be on its way.
      if (!isThere()) await within(`the end of the output of ${name}`, closed, { details })
      if (!isThere()) throw new Error(`Waited for ${wanted}, and it has ended (${child.signalCode ?? child.exitCode}).\n${details()}`)
    },
    isRunning,
    type: (keys) => void child.stdin?.write(keys),
    kill: (signal) => void child.kill(signal),
    async end(timeout) {
      const [exitCode, signal] = await within(`the end of ${name}`, closed, { details, ...(timeout !== undefined && { timeout }) })
      return { exitCode, signal, stdout: printed.stdout, stderr: printed.stderr }
    },
  }
}

export interface RunOptions {
  cwd: string
  env?: Environment
  /** What the output may warn of; anything else that looks like a warning fails the test. */
  warnings?: RegExp | undefined
  /** Milliseconds until it has to be done. @default 90_000 */
  timeout?: number
}

/** Runs a program to its end, as a user's shell would. */
export async function run(command: string, parameters: string[], options: RunOptions): Promise<Ending> {
  const { warnings, timeout = 90_000, ...programOptions } = options
  const ending = await startProgram(command, parameters, { ...programOptions, stdin: 'ignore' }).end(timeout)
  expectNoWarnings(ending, warnings)
  return ending
}

/** {@link run} for a program that must succeed; returns all it printed. */
export async function runSuccessfully(command: string, parameters: string[], options: RunOptions): Promise<string> {
  return expectSuccess(await run(command, parameters, options), options.warnings)
}

/** Makes sure that a program succeeded, and warned of nothing but what it may warn of; returns all it printed. */
export function expectSuccess(ending: Ending, warnings?: RegExp): string {
  const { exitCode, signal, stdout, stderr } = ending
  expect(exitCode, `${signal ?? ''}${stdout}\n${stderr}`).toBe(0)
  expectNoWarnings(ending, warnings)
  return `${stdout}\n${stderr}`
}

function expectNoWarnings({ stdout, stderr }: Ending, warnings: RegExp | undefined): void {
  const unexpected = `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => /\bwarn(?:ing)?\b|\(!\)|deprecat/i.test(line) && !warnings?.test(line))
  expect(unexpected, 'unexpected warnings').toEqual([])
}
