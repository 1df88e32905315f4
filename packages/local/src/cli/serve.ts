import { join } from 'node:path'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { ConfigurationError } from '../server/configuration.js'
import { createLocalPlatform, type LocalPlatform, type LocalPlatformOptions } from '../server/platform.js'
import { removeLeftovers } from '../task/scratch-directory.js'
import { DEFAULT_PORT, defaultDirectory } from '../utils/defaults.js'
import { stopSignal } from '../utils/stop-signal.js'
import { parseArguments, type Options } from './arguments.js'
import type { Command } from './command.js'
import { UsageError } from './usage-error.js'
import { warn } from './warn.js'

const OPTIONS = {
  port: { value: '<port>', description: 'Port to listen on; 0 picks a free one', default: String(DEFAULT_PORT) },
  dir: { value: '<dir>', description: `Directory for all data (default: ${plainText(defaultDirectory())})` },
  'api-key': {
    value: '<key>',
    description: 'API key to accept, at least 20 characters (default: one is created at the first start and stored)',
  },
  'public-url': { value: '<url>', multiple: true, description: 'Address of a tunnel or proxy that leads here; may be repeated' },
} satisfies Options

export const serve: Command = {
  usage: '[options]',
  summary: 'Serve the ByteNite API on this machine',
  options: OPTIONS,
  examples: ['bytenite-local serve', 'bytenite-local serve --port 0 --dir ./platform'],
  run: serveUntilStopped,
}

async function serveUntilStopped(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [unexpected] = positionals
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
  const { dir: directory, 'api-key': apiKey, 'public-url': publicUrls } = values
  const port = readPort(values.port)
  await removeLeftovers(warn)
  const platform = createPlatform({ directory, apiKey, publicUrls, onWarning: warn })
  const server = await platform.listen(port).catch(async (error: NodeJS.ErrnoException) => {
    await platform.close()
    if (error.code !== 'EADDRINUSE') throw error
    throw new Error(`Port ${port} is already in use. Stop the program that listens on it, or use --port 0 to pick a free port.`)
  })
  console.log(`bytenite-local is ready: ${server.apiUrl}`)
  console.log(plainText(`Data directory: ${platform.directory}`))
  console.log(`${platform.isNewKey ? 'Created an API key. ' : ''}Paste this into the shell that runs your builds:`)
  console.log(`  export BYTENITE_API_URL=${server.apiUrl}`)
  console.log(`  export BYTENITE_API_KEY=${keyForShell(platform.apiKey, platform.isNewKey, apiKey !== undefined, platform.directory)}`)
  await stopSignal()
  await platform.close()
}

function createPlatform(options: LocalPlatformOptions): LocalPlatform {
  try {
    return createLocalPlatform(options)
  } catch (error) {
    const isUsage = error instanceof ConfigurationError && error.code === 'INVALID_OPTION'
    throw isUsage ? new UsageError(error.message, { cause: error }) : error
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`Invalid --port "${text}": expected a whole number from 0 to 65535.`)
  return port
}

/** A path as one word of a POSIX shell, in which nothing is expanded. */
function quoteForShell(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`
}

/** A key that the user already knows, or can read from its file, is not shown again. */
function keyForShell(key: string, isNew: boolean, isGiven: boolean, directory: string): string {
  if (isNew) return key
  return isGiven ? '(the one given with --api-key)' : plainText(`"$(cat ${quoteForShell(join(directory, 'api-key'))})"`)
}
