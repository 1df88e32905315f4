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

/** An attempt from its start to its end. */
export class Attempt {
  readonly owner: AttemptOwner
  readonly number: number
  /** Its own directory, which is removed at its end. */
  readonly directory: string
  readonly log: AttemptLog
  readonly #job: Job

  /** Starts an attempt in the journal. */
  constructor(job: Job, owner: AttemptOwner, directory: string, logLimit: number) {
    const { history, journal, folder } = job
    this.#job = job
    this.owner = owner
    this.directory = directory
    this.number = 1 + (typeof owner === 'number' ? history.tasks.attempts(owner) : history.attempts[owner])
    const start = { c: owner, a: this.number, at: Date.now() }
    journal.append(start)
    noteStart(history, start)
    this.log = new AttemptLog(folder.log(owner, this.number), logLimit)
    job.openLogs.set(owner, { attempt: this.number, log: this.log })
  }

  /** Creates its log and its directory. */
  async open(): Promise<void> {
    await Promise.all([this.log.open(), mkdir(this.directory, { mode: 0o700 })])
  }

  ranAt(place: string): void {
    if (place !== '') this.#job.journal.append({ c: this.owner, a: this.number, place })
  }

  /** Nothing of the attempt may run any more. */
  async end(outcome: Outcome): Promise<void> {
    this.log.close()
    this.#job.openLogs.delete(this.owner)
    const end: AttemptEnd = { c: this.owner, a: this.number, at: Date.now(), ...outcome }
    this.#job.journal.append(end)
    noteEnd(this.#job.history, end)
    await removeWork(this.directory)
  }
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
