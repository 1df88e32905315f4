/** Publishes the rebuilds of a watcher in the background, never two at once. */
export class WatchPublisher {
  #stop: AbortController | undefined
  #running: Promise<void> = Promise.resolve()

  /** Stops the publish before and starts once it has ended. `run` must not reject. */
  publish(run: (signal: AbortSignal) => Promise<void>): void {
    this.supersede()
    const stop = new AbortController()
    this.#stop = stop
    this.#running = this.#running.then(() => (stop.signal.aborted ? undefined : run(stop.signal)))
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
