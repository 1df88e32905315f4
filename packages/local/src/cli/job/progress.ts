import { formatDuration } from 'bytenite-uploader/internal'
import type { JobPart, JobRecord, TaskCounts } from 'bytenite-uploader/wire-jobs'
import type { Screen } from './screen.js'

/** Milliseconds between two drawings, and between two plain lines of a job whose state stays the same. */
const BETWEEN_DRAWINGS = 1_000
const BETWEEN_LINES = 10_000

/** Shows how far a job is: in one line on a terminal, else in a line for each state, and one from time to time. */
export class JobProgress {
  readonly #screen: Screen
  readonly #timer: NodeJS.Timeout
  #job: JobRecord | undefined
  #phase = ''
  #waitsFor = ''
  /** How many tasks were done at first, and when that number last changed. */
  #first: Mark | undefined
  #last: Mark | undefined

  constructor(screen: Screen) {
    this.#screen = screen
    this.#timer = setInterval(() => this.#showAgain(), screen.isLive ? BETWEEN_DRAWINGS : BETWEEN_LINES)
  }

  update(job: JobRecord): void {
    this.#job = job
    this.#measure(job)
    if (this.#screen.isLive) this.#screen.draw(this.#text(job))
    else this.#sayPhase(job)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#screen.clear()
  }

  #showAgain(): void {
    if (this.#job === undefined) return
    if (this.#screen.isLive) this.#screen.draw(this.#text(this.#job))
    else if (this.#job.state === 'JOB_STATE_PARTITIONED' && this.#job.numChunks > 1) this.#screen.say(this.#text(this.#job))
  }

  #sayPhase(job: JobRecord): void {
    const phase = phaseOf(job)
    if (phase !== this.#phase && phase !== '') this.#screen.say(phase)
    this.#phase = phase
    const { waitsFor = '' } = job
    if (waitsFor !== this.#waitsFor && waitsFor !== '') this.#screen.say(`Waiting (${waitsFor})`)
    this.#waitsFor = waitsFor
  }

  #measure({ state, tasks }: JobRecord): void {
    if (state !== 'JOB_STATE_PARTITIONED' || tasks === undefined || tasks.completed === this.#last?.done) return
    this.#last = { time: performance.now(), done: tasks.completed }
    this.#first ??= this.#last
  }

  #text(job: JobRecord): string {
    const { state, numChunks, tasks, waitsFor } = job
    if (state !== 'JOB_STATE_PARTITIONED' || numChunks === 1 || tasks === undefined) {
      const phase = phaseOf(job) || 'Running'
      return waitsFor === undefined ? phase : `${phase}, waiting (${waitsFor})`
    }
    const { completed, running, failed, scheduled } = tasks
    const left = this.#secondsLeft(tasks)
    return [
      `${completed} of ${completed + running + failed + scheduled} tasks done`,
      `${running} running`,
      // On this machine, all that does not run waits for its turn.
      ...(waitsFor === undefined ? [] : [`${scheduled} waiting (${waitsFor})`]),
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
    ].join(', ')
  }

  #secondsLeft({ running, scheduled }: TaskCounts): number | undefined {
    if (this.#first === undefined || this.#last === undefined || this.#first === this.#last) return undefined
    const perTask = (this.#last.time - this.#first.time) / (this.#last.done - this.#first.done)
    const sinceLast = performance.now() - this.#last.time
    return Math.max(1_000, perTask * (running + scheduled) - sinceLast) / 1000
  }
}

/** That so many tasks were done at a time, in milliseconds. */
interface Mark {
  time: number
  done: number
}

/** What a job is doing; empty for what takes no time worth a word. */
function phaseOf({ state, numChunks, parts }: JobRecord): string {
  switch (state) {
    case 'JOB_STATE_PARTITIONING':
      return isPassthrough(parts?.partitioner) ? '' : 'Partitioning'
    case 'JOB_STATE_PARTITIONED':
      return numChunks > 1 ? `${numChunks} tasks` : ''
    case 'JOB_STATE_MERGING':
      return isPassthrough(parts?.assembler) ? '' : 'Merging'
    default:
      return ''
  }
}

/** What a job runs, for its first line. */
export function partsText({ parts, name }: JobRecord): string {
  if (parts === undefined) return name
  const engines = [parts.partitioner, parts.assembler].filter((part) => !isPassthrough(part)).map(({ tag }) => tag)
  return parts.app.tag + (engines.length === 0 ? '' : ` with ${engines.join(' and ')}`)
}

export function isPassthrough(part: JobPart | undefined): boolean {
  return part?.revision === undefined
}
