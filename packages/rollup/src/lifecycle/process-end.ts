/** How a process ended without an error: by itself, with nothing left to do, or by a call of `process.exit()`. */
export type ProcessEnd = 'idle' | 'exit'

type Listener = (end: ProcessEnd) => void

const listeners = new Set<Listener>()
let isListening = false
let isIdle = false

/**
 * Calls a listener when the process ends without an error. The listener must do everything at once: nothing that it starts
 * comes to an end.
 * @param listener forgotten by {@link forgetProcessEnd}; adding it again does nothing
 */
export function onProcessEnd(listener: Listener): void {
  isIdle = false
  listeners.add(listener)
  if (isListening) return
  isListening = true
  process.on('beforeExit', () => {
    isIdle = true
  })
  process.on('exit', (code) => {
    if (code !== 0) return
    for (const each of listeners) each(isIdle ? 'idle' : 'exit')
  })
}

export function forgetProcessEnd(listener: Listener): void {
  listeners.delete(listener)
}
