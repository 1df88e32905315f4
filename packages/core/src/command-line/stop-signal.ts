/** SIGHUP is sent when the terminal closes, SIGQUIT by Ctrl-\. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** Resolves with the first signal that should stop this process. The next one ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isStopping) endBySignal(signal)
        isStopping = true
        resolve(signal)
      })
    }
  })
}

/** Ends this process by a signal, as if it had never handled one, but calls its `exit` listeners first. */
export function endBySignal(signal: NodeJS.Signals): never {
  process.on('exit', () => {
    process.removeAllListeners(signal)
    // On Windows, a process that ends by a signal has exit code 1, too.
    if (process.platform !== 'win32') process.kill(process.pid, signal)
  })
  process.exit(1)
}
