import { CreateError } from './create-error.js'
import { runCli } from './cli.js'

const stop = new AbortController()
let stopSignal: NodeJS.Signals | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    stopSignal = signal
    stop.abort()
  })
}

try {
  process.exitCode = await runCli(process.argv, stop.signal)
} catch (error) {
  if (stopSignal === undefined) {
    console.error(`create-bytenite-app:${error instanceof CreateError ? ` [${error.code}]` : ''} ${(error as Error).message}`)
    process.exitCode = 1
  }
}
// Everything is taken back by now; the process ends the way it was asked to.
if (stopSignal !== undefined) process.kill(process.pid, stopSignal)
