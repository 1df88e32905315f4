import type { JobEventMessage } from 'bytenite-uploader/wire-jobs'
import type { JobEvent, Jobs } from '../../jobs/jobs.js'
import { Waker } from '../../utils/waker.js'

/** Milliseconds. */
const HEARTBEAT = 10_000
/** Milliseconds between two messages, in which events gather. */
const PAUSE = 100
/** Events that are kept for a client that does not read. */
const MAX_PENDING = 1000

export interface EventStreamOptions {
  /** Only the events of this job. */
  jobId: string | undefined
  /** An event as it is sent. */
  toMessage(event: JobEvent): JobEventMessage
  signal: AbortSignal
}

/**
 * What happens to jobs, as server-sent events. Of several events about one job or task, only the last one is sent. If a
 * client reads so slowly that too many gather, it gets one event `missed` in their place.
 */
export async function* streamEvents(jobs: Jobs, { jobId, toMessage, signal }: EventStreamOptions): AsyncGenerator<string> {
  const pending = new PendingEvents()
  const unsubscribe = jobs.subscribe((event) => {
    if (jobId === undefined || jobIdOf(event) === jobId) pending.add(event)
  })
  try {
    // The client knows by it that it misses nothing from now on.
    yield HEARTBEAT_LINE
    while (!signal.aborted) {
      await pending.wait(signal)
      const { hasMissed, events } = pending.take()
      const messages: JobEventMessage[] = [...(hasMissed ? [MISSED] : []), ...events.map(toMessage)]
      yield messages.length === 0 ? HEARTBEAT_LINE : messages.map((result) => `data: ${JSON.stringify({ result })}\n\n`).join('')
      await pending.gather(signal, jobId !== undefined)
    }
  } finally {
    unsubscribe()
  }
}

/** A comment. */
const HEARTBEAT_LINE = ':\n\n'
const MISSED: JobEventMessage = { event: 'missed', data: {} }

function jobIdOf(event: JobEvent): string {
  return event.event === 'task' ? event.data.jobId : event.data.id
}

/** The last event about each job and task, in the order of these. */
class PendingEvents {
  readonly #events = new Map<string, JobEvent>()
  #hasMissed = false
  /** Whether one of them is the end of a job. */
  #hasEnd = false
  readonly #waker = new Waker()

  add(event: JobEvent): void {
    const key = event.event === 'task' ? `task ${event.data.id}` : `job ${event.data.id}`
    this.#events.delete(key)
    if (this.#events.size >= MAX_PENDING) {
      this.#events.clear()
      this.#hasMissed = true
    }
    this.#events.set(key, event)
    this.#hasEnd ||= event.event === 'job' && Boolean(event.data.endedAt)
    this.#waker.wake()
  }

  /** Resolves when there is an event, when it is time for a heartbeat, or when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#events.size === 0) await this.#waker.wait(HEARTBEAT, signal)
  }

  /** Lets events gather. @param untilEnd whether the end of a job ends that: somebody waits for it, and next to nothing follows */
  async gather(signal: AbortSignal, untilEnd: boolean): Promise<void> {
    const end = performance.now() + PAUSE
    const isOver = (): boolean => signal.aborted || (untilEnd && this.#hasEnd)
    for (let left = PAUSE; left > 0 && !isOver(); left = end - performance.now()) {
      await this.#waker.wait(left, signal)
    }
  }

  take(): { hasMissed: boolean; events: JobEvent[] } {
    const taken = { hasMissed: this.#hasMissed, events: [...this.#events.values()] }
    this.#events.clear()
    this.#hasMissed = false
    this.#hasEnd = false
    return taken
  }
}
