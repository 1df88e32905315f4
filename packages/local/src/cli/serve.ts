import { join } from 'node:path'
import { type Command, type Options, parseArguments, stopSignal, UsageError } from 'bytenite-uploader/internal/command-line'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { ConfigurationError } from '../server/configuration.js'
import { resolveListenOptions, type ListenOptions, type TlsFiles } from '../server/listen-options.js'
import type { PlaceOptions } from '../server/place.js'
import type { LocalPlatform, PlatformServer } from '../server/platform.js'
import { removeLeftovers } from '../task/scratch-directory.js'
import { DEFAULT_PORT, defaultDirectory } from '../utils/defaults.js'
import { shellWord } from '../utils/shell-word.js'
import { openRequestLog } from './request-log.js'
import { readSlurmOptions, SLURM_OPTIONS } from './slurm-options.js'
import { warn } from './warn.js'

const OPTIONS = {
  port: { value: '<port>', description: 'Port to listen on; 0 picks a free one', default: String(DEFAULT_PORT) },
  host: { value: '<host>', description: 'Name or address of the interface to listen on, such as 0.0.0.0 for all', default: '127.0.0.1' },
  dir: { value: '<dir>', description: `Directory for all data (default: ${plainText(defaultDirectory())})` },
  'api-key': {
    value: '<key>',
    description: 'API key to accept, at least 20 characters (default: one is created at the first start and stored)',
  },
  'public-url': { value: '<url>', multiple: true, description: 'Address by which other machines reach this platform; may be repeated' },
  cert: { value: '<file>', description: 'Serve HTTPS with this certificate, a PEM file; needs --key' },
  key: { value: '<file>', description: "The certificate's private key, a PEM file" },
  'behind-proxy': { description: 'Let a proxy on the way encrypt, and listen without TLS' },
  concurrency: { value: '<n>', description: 'Tasks that run at once, over all jobs (default: the number of cores; 1000 with Slurm)' },
  log: { value: '<file>', description: 'Add a line of JSON for each request; - is the standard output (default: none)' },
  runner: {
    value: '<place>',
    description: 'Where tasks run: process (no sandbox), container (podman or Docker), or slurm (a cluster)',
    default: 'process',
  },
  pull: { value: '<policy>', description: 'With containers, which images to fetch: missing, never or always (default: missing)' },
  grace: { value: '<seconds>', description: 'What running tasks and requests have to end when the platform stops', default: '10' },
  ...SLURM_OPTIONS,
} satisfies Options

export const serve: Command = {
  usage: '[options]',
  summary: 'Serve the ByteNite API, on this machine or for a team',
  options: OPTIONS,
  examples: [
    'bytenite-local serve',
    'bytenite-local serve --port 0 --dir ./platform',
    'bytenite-local serve --runner slurm --partition main --shared-dir /shared',
    'bytenite-local serve --host 0.0.0.0 --public-url https://box.example:2983 --cert box.pem --key box.key',
  ],
  run: serveUntilStopped,
}

async function serveUntilStopped(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [unexpected] = positionals
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
  const { dir: directory, 'api-key': apiKey, 'public-url': publicUrls = [] } = values
  const [listenOptions, grace] = [readListenOptions(values, publicUrls), readGrace(values.grace)]
  const concurrency = readConcurrency(values.concurrency)
  const slurm = readSlurmOptions(values)
  const log = values.log === undefined ? undefined : openRequestLog(values.log)
  try {
    await removeLeftovers(warn)
    const place = { runner: values.runner, pull: values.pull, slurm, concurrency } as PlaceOptions
    // Here, so that no other command pays for loading it.
    const { createLocalPlatform } = await import('../server/platform.js')
    const platform = asUsage(() => createLocalPlatform({ directory, apiKey, publicUrls, ...place, onWarning: warn, onRequest: log?.write }))
    const server = await platform.listen(listenOptions).catch(async (error: NodeJS.ErrnoException) => {
      await platform.close()
      throw explainFailure(error, listenOptions)
    })
    // With the log on the standard output, there is nothing else.
    announce(server, platform, apiKey !== undefined, values.log === '-' ? console.error : console.log)
    await stopSignal()
    await tellIfItTakesLong(platform.close({ grace }))
  } finally {
    log?.close()
  }
}

interface ListenValues {
  port: string
  host: string
  cert: string | undefined
  key: string | undefined
  'behind-proxy': boolean | undefined
}

function readListenOptions({ port, host, cert, key, 'behind-proxy': behindProxy }: ListenValues, publicUrls: string[]): ListenOptions {
  const options = { port: readPort(port), host, tls: readTlsFiles(cert, key), behindProxy }
  // Before anything is created.
  asUsage(() => resolveListenOptions(options, publicUrls))
  return options
}

function readTlsFiles(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert === undefined && key === undefined) return undefined
  throw new UsageError(`Missing --${cert === undefined ? 'cert' : 'key'}: a certificate and its private key are two files.`)
}

function asUsage<Value>(configure: () => Value): Value {
  try {
    return configure()
  } catch (error) {
    const isUsage = error instanceof ConfigurationError && error.code === 'INVALID_OPTION'
    throw isUsage ? new UsageError(error.message, { cause: error }) : error
  }
}

function explainFailure(error: NodeJS.ErrnoException, { port, host }: ListenOptions): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`Port ${port} is already in use. Stop the program that listens on it, or use --port 0 to pick a free port.`)
    case 'EACCES':
      return new Error(`This user may not listen on port ${port}. Use a port from 1024, and let a proxy or the firewall lead there.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Error(`${host} is not an address of this machine. Use --host 0.0.0.0 for all of its addresses.`)
    default:
      return error
  }
}

/** Milliseconds until somebody who waits is told why. */
const PATIENCE = 1_000

async function tellIfItTakesLong(closing: Promise<void>): Promise<void> {
  const timer = setTimeout(() => warn('Stopping: waiting for tasks or requests to end. Press Ctrl-C to stop at once.'), PATIENCE)
  await closing.finally(() => clearTimeout(timer))
}

function announce(server: PlatformServer, platform: LocalPlatform, isGivenKey: boolean, print: (line: string) => void): void {
  print(`bytenite-local is ready: ${server.apiUrl}`)
  print(plainText(`Data directory: ${platform.directory}`))
  print(`${platform.isNewKey ? 'Created an API key. ' : ''}Paste this into the shell that runs your builds:`)
  print(`  export BYTENITE_API_URL=${server.apiUrl}`)
  print(`  export BYTENITE_API_KEY=${keyForShell(platform, isGivenKey)}`)
  // A link that logs in is for whoever sits here, and not for a file.
  if (process.stdout.isTTY) print(`Dashboard, with a link that works once: ${server.createLoginLink()}`)
  else print(`Dashboard: ${new URL('/', server.apiUrl).href} ("bytenite-local open" prints a link that logs in)`)
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`Invalid --port "${text}": expected a whole number from 0 to 65535.`)
  return port
}

function readConcurrency(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && Number.isSafeInteger(count)) return count
  throw new UsageError(`Invalid --concurrency "${text}": expected a whole number from 1.`)
}

const MAX_GRACE = 86_400

/** Milliseconds. */
function readGrace(text: string): number {
  const seconds = Number(text)
  if (/^\d+(?:\.\d+)?$/.test(text) && seconds <= MAX_GRACE) return seconds * 1000
  throw new UsageError(`Invalid --grace "${text}": expected a number of seconds from 0 to ${MAX_GRACE}.`)
}

/** A key that the user already knows, or can read from its file, is not shown again. Nor does one belong in the system's journal. */
function keyForShell({ apiKey, isNewKey, directory }: LocalPlatform, isGiven: boolean): string {
  // Set by systemd where the output goes to the journal.
  if (isNewKey && process.env['JOURNAL_STREAM'] === undefined) return apiKey
  return isGiven ? '(the one given with --api-key)' : plainText(`"$(cat ${shellWord(join(directory, 'api-key'))})"`)
}
