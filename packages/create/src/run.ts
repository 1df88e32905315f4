import { runCli } from './cli.js'
import { plainText } from './cli/plain-text.js'
import { UsageError } from './cli/usage-error.js'
import { CreateError, type CreateErrorCode } from './create-error.js'

/** Codes of errors that a value on the command line causes. */
const USAGE_CODES = new Set<CreateErrorCode>(['INVALID_NAME', 'INVALID_CONTAINER', 'UNKNOWN_TEMPLATE', 'UNKNOWN_PACKAGE_MANAGER'])

const stop = new AbortController()
let stopSignal: NodeJS.Signals | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    stopSignal = signal
    stop.abort()
  })
}

try {
  process.exitCode = await runCli(process.argv.slice(2), stop.signal)
} catch (error) {
  // A run that was stopped fails because of that, and reports nothing more.
  if (stopSignal === undefined) process.exitCode = report(error as Error)
}
// Everything is undone by now, so the process can end by the signal that it received.
if (stopSignal !== undefined) process.kill(process.pid, stopSignal)

function report(error: Error): number {
  const { code, docs } = error instanceof CreateError ? error : {}
  console.error(plainText(`create-bytenite-app:${code === undefined ? '' : ` [${code}]`} ${error.message}`))
  const isUsage = error instanceof UsageError || (code !== undefined && USAGE_CODES.has(code))
  if (docs !== undefined) console.error(`See ${docs}`)
  if (isUsage) console.error('See "create-bytenite-app --help".')
  return isUsage ? 2 : 1
}
