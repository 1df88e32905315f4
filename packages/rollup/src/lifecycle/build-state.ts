import { outputOf, type BuildOutput, type Write } from './build-output.js'

/** How a build ended. */
export type BuildOutcome =
  /** `outputIn` takes the project's root, absolute, which relative output directories are resolved against. */
  | { status: 'success'; outputIn: (root: string) => BuildOutput }
  /** `reason` is a clause for the line that says why nothing was published. */
  | { status: 'failure'; reason: string }

/** Reason of a build that only generated its output. */
export const WROTE_NOTHING = 'the build wrote nothing to disk'

/** Milliseconds by which a file system's clock may lag: it moves in ticks, of 10 ms at most on Linux. */
const FILE_CLOCK_LAG = 20

/**
 * Tells from a bundler's hooks whether a build succeeded. No single hook does: `closeBundle` also runs after
 * failures, often without an error, and the disk then holds part of the output or that of an earlier build.
 */
export class BuildState {
  readonly #entryAsset: string | undefined
  #startedAt: Date | undefined
  #hasBegun = false
  #failure: string | undefined
  #rendersStarted = 0
  #generated = 0
  #generatedToWrite = 0
  #writes: Write[] = []

  constructor(entryAsset: string | undefined) {
    this.#entryAsset = entryAsset
  }

  /** Nothing was written before this. */
  started(): void {
    this.#startedAt ??= new Date(Date.now() - FILE_CLOCK_LAG)
  }

  /** Its buildStart was called. */
  begun(): void {
    this.#hasBegun = true
  }

  failed(reason = 'the build failed'): void {
    this.#failure ??= reason
  }

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  get hasWritten(): boolean {
    return this.#writes.length > 0
  }

  /** Whether it has generated what it was asked for, and none of that was for the disk. */
  get hasOnlyGenerated(): boolean {
    return this.#generated > 0 && !this.isRendering && this.#generatedToWrite === 0
  }

  get isRendering(): boolean {
    return this.#rendersStarted > this.#generated
  }

  renderStarted(): void {
    this.#rendersStarted++
  }

  generated(isWrite: boolean): void {
    this.#generated++
    if (isWrite) this.#generatedToWrite++
  }

  written(write: Write): void {
    this.#writes.push(write)
  }

  /**
   * The outcome of the build that ends now; the next one starts afresh.
   * @returns `undefined` if nothing has happened since the last outcome: Rolldown closes a failed build twice
   */
  take(): BuildOutcome | undefined {
    const outcome = this.#outcome()
    // Here and not in buildStart, which Rolldown repeats for each output.
    this.#startedAt = this.#failure = undefined
    this.#hasBegun = false
    this.#rendersStarted = this.#generated = this.#generatedToWrite = 0
    this.#writes = []
    return outcome
  }

  #outcome(): BuildOutcome | undefined {
    const writes = this.#writes
    const startedAt = this.#startedAt ?? new Date(0)
    if (this.#startedAt === undefined && this.#rendersStarted === 0) return undefined
    if (this.#failure !== undefined) return failure(this.#failure)
    if (this.#rendersStarted > this.#generated) return failure('an output failed while it was being generated')
    if (this.#generatedToWrite > writes.length) return failure('an output failed while it was being written')
    if (writes.length === 0) return failure(WROTE_NOTHING)
    return { status: 'success', outputIn: (root) => outputOf(writes, root, this.#entryAsset, startedAt) }
  }
}

function failure(reason: string): BuildOutcome {
  return { status: 'failure', reason }
}
