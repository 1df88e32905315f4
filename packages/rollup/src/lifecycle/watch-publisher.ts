/** Publishes the rebuilds of a watcher in the background, never two at once. */
export class WatchPublisher {
  #stop: AbortController | undefined
  #running: Promise<void> = Promise.resolve()
  #unsettled = 0

  /** Stops the publish before and starts once it has ended. `run` must not reject. */
  publish(run: (signal: AbortSignal) => Promise<void>): void {
    this.supersede()
    const stop = new AbortController()
    this.#stop = stop
    this.#unsettled++
    this.#running = this.#running
      .then(() => (stop.signal.aborted ? undefined : run(stop.signal)))
      .finally(() => {
        this.#unsettled--
      })
  }

  get isPublishing(): boolean {
    return this.#unsettled > 0
  }

  /** Stops the running publish, if there is one. */
  supersede(): void {
    this.#stop?.abort(new Error('superseded by a newer build'))
    this.#stop = undefined
  }

  settled(): Promise<void> {
    return this.#running
  }
}
