import { endBySignal, stopSignal } from './stop-signal.js'

/**
 * Runs something that a signal to stop this process aborts. After it has cleaned up, the process ends by that signal. A second signal
 * ends it at once.
 */
export async function stoppable<Result>(use: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = new AbortController()
  let received: NodeJS.Signals | undefined
  const stopOnSignal = async (): Promise<void> => {
    received = await stopSignal()
    stop.abort()
  }
  void stopOnSignal()
  return use(stop.signal).finally(() => {
    if (received !== undefined) endBySignal(received)
  })
}
