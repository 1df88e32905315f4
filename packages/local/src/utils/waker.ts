/** Lets one wait until another has something for it. */
export class Waker {
  #wake = (): void => {}

  wake(): void {
    this.#wake()
  }

  /** Resolves when it is woken, after so many milliseconds, or when the signal aborts. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, milliseconds)
      signal.addEventListener('abort', wake)
      this.#wake = wake
    })
  }
}
