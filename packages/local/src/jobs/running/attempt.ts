import { lstatSync } from 'node:fs'
import { mkdir, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../../utils/remove-tree.js'
import { AttemptLog } from '../logs/attempt-log.js'
import type { Job } from '../kept/job.js'
import type { AttemptEnd, AttemptOwner } from '../kept/journal.js'
import { noteEnd, noteStart } from '../kept/replay.js'

/** How an attempt ended: what the journal gets of it. */
export type Outcome = Omit<AttemptEnd, 'c' | 'a' | 'at'>

interface AttemptPlan {
  number: number
  /** Absolute path. */
  directory: string
  /** Bytes. */
  logLimit: number
}

/** An attempt from its start to its end. */
export class Attempt {
  readonly owner: AttemptOwner
  readonly number: number
  /** Its own directory, which is removed at its end. */
  readonly directory: string
  readonly log: AttemptLog
  readonly #job: Job

  private constructor(job: Job, owner: AttemptOwner, { number, directory, logLimit }: AttemptPlan) {
    this.#job = job
    this.owner = owner
    this.directory = directory
    this.number = number
    this.log = new AttemptLog(job.folder.log(owner, number), logLimit)
    job.openLogs.set(owner, { attempt: number, log: this.log })
  }

  /** Starts the next attempt of its owner in the journal. */
  static start(job: Job, owner: AttemptOwner, plan: Omit<AttemptPlan, 'number'>): Attempt {
    const { history, journal } = job
    const start = { c: owner, a: 1 + attemptsOf(job, owner), at: Date.now() }
    journal.append(start)
    noteStart(history, start)
    return new Attempt(job, owner, { ...plan, number: start.a })
  }

  /** Goes on with the attempt that an earlier run of the platform has started. */
  static resume(job: Job, owner: AttemptOwner, plan: Omit<AttemptPlan, 'number'>): Attempt {
    return new Attempt(job, owner, { ...plan, number: attemptsOf(job, owner) })
  }

  /** Opens its log, and creates its directory if that is not there. */
  async open(): Promise<void> {
    await Promise.all([this.log.open(), mkdir(this.directory, { recursive: true, mode: 0o700 })])
  }

  /** Lets go of it. It goes on, and a later run of the platform resumes it. */
  leave(): void {
    this.log.close()
    this.#job.openLogs.delete(this.owner)
  }

  ranAt(place: string): void {
    if (place !== '') this.#job.journal.append({ c: this.owner, a: this.number, place })
  }

  /** Nothing of the attempt may run any more. */
  async end(outcome: Outcome): Promise<void> {
    this.leave()
    const end: AttemptEnd = { c: this.owner, a: this.number, at: Date.now(), ...outcome }
    this.#job.journal.append(end)
    noteEnd(this.#job.history, end)
    await removeWork(this.directory)
  }
}

/** The number of an owner's last attempt; 0 without one. */
function attemptsOf({ history }: Job, owner: AttemptOwner): number {
  return typeof owner === 'number' ? history.tasks.attempts(owner) : history.attempts[owner]
}

/** Most attempts leave just their chunk, and removing that by name is much faster than looking for more. */
async function removeWork(directory: string): Promise<void> {
  const task = join(directory, 'task')
  try {
    // In their places, there may be links that lead somewhere else.
    const isOurs = [directory, task].every((path) => lstatSync(path).isDirectory())
    if (isOurs) await unlink(join(task, 'data.bin'))
    await rmdir(task)
    await rmdir(directory)
  } catch {
    await removeTree(directory)
  }
}
