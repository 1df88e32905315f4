import { setTimeout as sleep } from 'node:timers/promises'
import type { JobEvent, Jobs } from '../jobs/jobs.js'
import type { Store } from '../store/store.js'
import { Waker } from '../utils/waker.js'

/** Milliseconds. */
const HEARTBEAT = 10_000
/** Milliseconds between two messages, in which changes gather. */
const PAUSE = 500

/**
 * Tells a page when to look again: `jobs`, `apps`, or `job ID`. A message says no more than that something has changed, so that
 * none can be wrong, and none that was missed matters.
 */
export async function* streamChanges(about: string, jobs: Jobs, store: Store, signal: AbortSignal): AsyncGenerator<string> {
  const changes = new Changes()
  const end = subscribe(about, jobs, store, () => changes.add())
  try {
    yield HEARTBEAT_LINE
    while (!signal.aborted) {
      yield (await changes.next(signal)) ? 'data: changed\n\n' : HEARTBEAT_LINE
      await sleep(PAUSE, undefined, { signal }).catch(() => {})
    }
  } finally {
    end()
  }
}

/** A comment. */
const HEARTBEAT_LINE = ':\n\n'

function subscribe(about: string, jobs: Jobs, store: Store, onChange: () => void): () => void {
  if (about === 'apps') return store.subscribe(onChange)
  const id = about.startsWith('job ') ? about.slice('job '.length) : undefined
  return jobs.subscribe((event) => {
    if (id === undefined || jobIdOf(event) === id) onChange()
  })
}

function jobIdOf(event: JobEvent): string {
  return event.event === 'task' ? event.data.jobId : event.data.id
}

/** Changes that were not told yet: at least one, or none. */
class Changes {
  #isThere = false
  readonly #waker = new Waker()

  add(): void {
    this.#isThere = true
    this.#waker.wake()
  }

  /** Resolves with whether there was a change, when there is one, when it is time for a heartbeat, or when the signal aborts. */
  async next(signal: AbortSignal): Promise<boolean> {
    if (!this.#isThere) await this.#waker.wait(HEARTBEAT, signal)
    const wasThere = this.#isThere
    this.#isThere = false
    return wasThere
  }
}
