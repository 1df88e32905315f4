import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cac } from 'cac'
import type { Credentials } from 'bytenite-uploader'
import { resolveConnection } from 'bytenite-uploader/internal'
import { develop } from './develop.js'
import { createLocalPlatform, defaultDirectory } from './server/platform.js'
import { runPublished, type RunPublishedOptions } from './task/run-published.js'
import type { TaskResult } from './task/run-task.js'

/** Fixed, so that the lines pasted into a shell stay true after a restart. */
const DEFAULT_PORT = 2983

const cli = cac('bytenite-local')

cli
  .command('serve', 'Serve the ByteNite API on this machine')
  .option('--port <port>', 'Port to listen on; 0 takes a free one', { default: DEFAULT_PORT })
  .option('--dir <dir>', `Where everything is kept (default: ${defaultDirectory()})`)
  .option('--api-key <key>', 'API key to accept (default: one is made at the first start, and kept)')
  .action(serve)

cli
  .command('run <tag>', 'Run one task of a published app')
  .option('--input <file>', "The task's chunk (default: an empty one)")
  .option('--params <json>', "The app's parameters, or a file of JSON that holds them", { default: '{}' })
  .option('--out <dir>', "Directory for the task's results")
  .option('--api-url <url>', `The platform (default: BYTENITE_API_URL, else http://127.0.0.1:${DEFAULT_PORT}/v1)`)
  .option('--api-key <key>', 'API key (default: BYTENITE_API_KEY, else that of the local platform)')
  .action(run)

cli
  .command('dev', 'Build a project, publish it to a platform of its own, and run one task of it: dev [options] -- vite build')
  .option('--input <file>', "The task's chunk (default: an empty one)")
  .option('--params <json>', "The app's parameters, or a file of JSON that holds them", { default: '{}' })
  .option('--out <dir>', "Directory for the task's results", { default: 'results' })
  .action(dev)

cli.help()

try {
  cli.parse(process.argv, { run: false })
  if (cli.matchedCommand) await cli.runMatchedCommand()
  else if (!cli.options['help']) {
    cli.outputHelp()
    process.exitCode = 2
  }
} catch (error) {
  console.error(`bytenite-local: ${(error as Error).message}`)
  process.exitCode = 1
}

interface ServeFlags {
  port: number | string
  dir?: string
  apiKey?: string | number
}

async function serve({ port, dir, apiKey }: ServeFlags): Promise<void> {
  if (!/^\d{1,5}$/.test(String(port))) throw new Error(`--port is ${port}; expected a number from 0 to 65535.`)
  const platform = createLocalPlatform({ directory: dir, apiKey: apiKey === undefined ? undefined : String(apiKey) })
  const server = await platform.listen(Number(port)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new Error(`Port ${port} is taken. Stop what listens there, or choose another one: --port 0 takes a free one.`)
  })
  console.log(`bytenite-local is ready: ${server.apiUrl}`)
  console.log(`Everything is kept in ${platform.directory}`)
  console.log(platform.isNewKey ? 'An API key was made. In the shell that builds, paste:' : 'In the shell that builds, paste:')
  console.log(`  export BYTENITE_API_URL=${server.apiUrl}`)
  console.log(`  export BYTENITE_API_KEY=${keyForShell(platform.apiKey, platform.isNewKey, apiKey !== undefined, platform.directory)}`)
  await stopped()
  await server.close()
}

/** A key that the user knows already, or can read from its file, is not shown again. */
function keyForShell(key: string, isNew: boolean, isGiven: boolean, directory: string): string {
  if (isNew) return key
  return isGiven ? '(the one given with --api-key)' : `"$(cat '${join(directory, 'api-key')}')"`
}

interface TaskFlags {
  input?: string | undefined
  params: unknown
}

interface RunFlags extends TaskFlags {
  out?: string
  apiUrl?: string
  apiKey?: string | number
}

async function run(tag: string, { input, params, out, apiUrl, apiKey }: RunFlags): Promise<void> {
  if (out === undefined) throw new Error("--out is missing: the directory for the task's results.")
  const start = (task: Task): Promise<TaskResult> => runPublished({ ...task, tag: String(tag), ...connection(apiUrl, apiKey) })
  await showTask({ input, params }, out, start)
}

interface DevFlags extends TaskFlags {
  out: string
  '--': string[]
}

async function dev({ out, '--': [command, ...parameters], ...flags }: DevFlags): Promise<void> {
  if (command === undefined)
    throw new Error('The command that builds the project is missing. Write it after "--": bytenite-local dev -- vite build')
  await showTask(flags, out, (task) => develop({ ...task, command: [command, ...parameters] }))
}

type Task = Pick<RunPublishedOptions, 'input' | 'params' | 'results' | 'signal' | 'onStart'>

/** Starts a task, ends it when the user asks for it, and says what it wrote. */
async function showTask({ input, params }: TaskFlags, out: string, start: (task: Task) => Promise<TaskResult>): Promise<void> {
  const stop = new AbortController()
  let stopSignal: NodeJS.Signals | undefined
  const stopOnSignal = async (): Promise<void> => {
    stopSignal = await stopped()
    stop.abort()
  }
  void stopOnSignal()
  const task = {
    input,
    params: readParams(params),
    results: out,
    signal: stop.signal,
    onStart: (name: string, entrypoint: string) => console.log(`Running ${entrypoint} of ${name}`),
  }
  const result = await start(task).finally(() => {
    // Everything is cleaned up by now; the process ends the way it was asked to.
    if (stopSignal !== undefined) process.kill(process.pid, stopSignal)
  })
  if (result.exitCode !== 0) throw new Error(`The task ended with ${result.signal ?? `exit code ${result.exitCode}`}.`)
  for (const file of result.files) console.log(join(out, file))
}

function readParams(params: unknown): string {
  const given = String(params)
  const [text, name] = given.endsWith('.json') ? [readFileSync(given, 'utf8'), given] : [given, '--params']
  try {
    JSON.parse(text)
  } catch (error) {
    throw new Error(`${name} is not valid JSON: ${(error as Error).message}`, { cause: error })
  }
  return text
}

/** Flag, then environment, then the local platform of this user. */
function connection(apiUrl: string | undefined, apiKey: string | number | undefined): { apiUrl: string; credentials: Credentials } {
  const options = {
    apiUrl: apiUrl ?? (process.env['BYTENITE_API_URL'] || `http://127.0.0.1:${DEFAULT_PORT}/v1`),
    apiKey: apiKey === undefined ? undefined : String(apiKey),
  }
  const resolved = resolveConnection(options, process.env)
  return { apiUrl: resolved.apiUrl, credentials: resolved.credentials?.reveal() ?? { apiKey: storedKey() } }
}

function storedKey(): string {
  const file = join(defaultDirectory(), 'api-key')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const remedy = `set BYTENITE_API_KEY, or start "bytenite-local serve" once, which makes one in ${file}`
    throw new Error(`No API key: ${remedy}.`, { cause: error })
  }
}

/** Resolves at the first Ctrl-C or request to end, with its signal; the next one acts as usual. */
function stopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
}
