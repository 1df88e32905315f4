import { appendFileSync, existsSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../utils/atomic-write.js'
import { readLines } from '../../utils/read-lines.js'
import type { Batch, Workspace } from '../runner.js'
import { createSecret } from './tokens.js'

/** That a worker has an attempt. It is on disk before the worker is told. */
export interface Claim {
  index: number
  /** As the worker named it. */
  id: string
  worker: string
  /** The worker's ID, as the scheduler knows it. */
  schedulerId: string
  node: string
}

/** A claim of which the end was not reported yet. */
export interface OpenClaim extends Claim {
  workspace: Workspace
  /** Milliseconds since 1970. */
  since: number
  isStarted: boolean
  /** The number of the last report. */
  reports: number
}

/** That the program of an attempt runs. */
interface Started {
  started: number
}

const ENDING = '.jsonl'

/**
 * A batch whose attempts workers claim, and what is on disk of it: its secret, the claims, and which
 * of them have started, one line of JSON each.
 */
export class WorkerBatch {
  readonly batch: Batch
  readonly secret: string
  /** By index. */
  readonly claims: Map<number, OpenClaim> = new Map()
  /** The batch is cancelled. */
  isOver = false
  readonly #file: string
  readonly #earlier = new Map<number, Claim>()
  /** Those of them of which it was told that their programs run. */
  readonly #started = new Set<number>()
  readonly #forgotten = new Set<number>()
  /** The next index, or its place in what is left. */
  #next = 0
  /** Of the claims that have ended. Milliseconds. */
  #ended = { count: 0, time: 0 }

  /**
   * Reads what an earlier run of the platform knew of the batch, or creates it.
   * @param directory an absolute path, with the files of all batches
   */
  constructor(directory: string, batch: Batch) {
    this.batch = batch
    this.#file = fileOf(directory, batch.id)
    this.secret = this.#read() ?? createSecret()
    if (!existsSync(this.#file)) writeFileAtomically(this.#file, `${JSON.stringify({ secret: this.secret })}\n`)
  }

  /** The batches that there are files of. */
  static list(directory: string): string[] {
    return readdirSync(directory).flatMap((name) => (name.endsWith(ENDING) ? [name.slice(0, -ENDING.length)] : []))
  }

  static has(directory: string, batchId: string): boolean {
    return existsSync(fileOf(directory, batchId))
  }

  static remove(directory: string, batchId: string): void {
    rmSync(fileOf(directory, batchId), { force: true })
  }

  /** How many attempts nobody has claimed. Those that were forgotten one by one may be among them. */
  get waiting(): number {
    return this.isOver ? 0 : this.#size - this.#next
  }

  /** The claim that an earlier run of the platform has noted. */
  earlierClaim(index: number): Claim | undefined {
    return this.#earlier.get(index)
  }

  /** The next attempt that waits. */
  take(): number | undefined {
    while (this.waiting > 0) {
      const place = this.#next++
      const index = this.batch.left?.waiting[place] ?? place
      if (!this.#forgotten.delete(index)) return index
    }
    return undefined
  }

  /** Lets attempts never begin that wait. */
  forget(indices: readonly number[]): void {
    for (const index of indices) if (!this.claims.has(index)) this.#forgotten.add(index)
  }

  /** Whether an attempt is not wanted any more that was taken, and not claimed yet. */
  isForgotten(index: number): boolean {
    return this.isOver || this.#forgotten.has(index)
  }

  open(claim: Claim, workspace: Workspace): OpenClaim {
    appendFileSync(this.#file, `${JSON.stringify(claim)}\n`)
    return this.#keep({ ...claim, workspace, since: Date.now(), isStarted: false, reports: 0 })
  }

  /** Goes on with a claim from an earlier run of the platform. */
  reopen(claim: Claim, workspace: Workspace): OpenClaim {
    return this.#keep({ ...claim, workspace, since: Date.now(), isStarted: this.#started.has(claim.index), reports: 0 })
  }

  /** Notes that the program of an attempt runs. */
  start(claim: OpenClaim): void {
    claim.isStarted = true
    appendFileSync(this.#file, `${JSON.stringify({ started: claim.index } satisfies Started)}\n`)
  }

  close({ index, since }: OpenClaim): void {
    this.claims.delete(index)
    this.#ended.count++
    this.#ended.time += Date.now() - since
  }

  /** Milliseconds that an attempt has taken so far on average, with those that run. */
  get averageTime(): number {
    let { count, time } = this.#ended
    for (const { since } of this.claims.values()) {
      count++
      time += Date.now() - since
    }
    return count === 0 ? 0 : time / count
  }

  #keep(claim: OpenClaim): OpenClaim {
    this.claims.set(claim.index, claim)
    return claim
  }

  /** @returns the secret; `undefined` if there is no file yet */
  #read(): string | undefined {
    const open = new Set(this.batch.left?.open)
    let secret: string | undefined
    let size = 0
    for (const { bytes, end } of readLines(this.#file)) {
      const entry = JSON.parse(String(bytes)) as Claim | Started | { secret: string }
      if ('secret' in entry) ({ secret } = entry)
      else if ('started' in entry) this.#started.add(entry.started)
      else if (open.has(entry.index)) this.#earlier.set(entry.index, entry)
      size = end
    }
    // A killed process may have left a line that is incomplete. The next one must not continue it.
    if (secret !== undefined) truncateSync(this.#file, size)
    return secret
  }

  get #size(): number {
    return this.batch.left?.waiting.length ?? this.batch.size
  }
}

function fileOf(directory: string, batchId: string): string {
  return join(directory, `${batchId}${ENDING}`)
}
