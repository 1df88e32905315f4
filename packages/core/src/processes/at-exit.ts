const callbacks = new Set<() => void>()

/**
 * Registers a synchronous clean-up for the case that the process exits in the middle of something, such as after an
 * uncaught error. The last one registered is called first.
 * @returns a function that withdraws it
 */
export function atExit(callback: () => void): () => void {
  if (callbacks.size === 0) process.on('exit', callAll)
  callbacks.add(callback)
  return () => {
    callbacks.delete(callback)
    if (callbacks.size === 0) process.off('exit', callAll)
  }
}

function callAll(): void {
  for (const callback of [...callbacks].toReversed()) callback()
}
