import { dirname, resolve } from 'node:path'
import type { OutputBundle, OutputOptions } from './hooks.js'

/** What a successful build wrote. */
export interface BuildOutput {
  /** The directories written to; absolute, no duplicates. */
  directories: string[]
  /** The entry chunks; absolute. */
  entryFiles: string[]
  /** What the chunks are made of. */
  moduleIds: ReadonlySet<string>
  /** Before anything was written. */
  startedAt: Date
}

export type BuildOutcome =
  | { status: 'success'; outputIn: (root: string) => BuildOutput }
  | { status: 'failure'; reason: string }
  /** Nothing has happened since the last outcome: Rolldown closes a failed build twice. */
  | { status: 'idle' }

/** Milliseconds by which a file system's clock may be behind: it moves in ticks, of 10 ms at the most on Linux. */
const FILE_CLOCK_LAG = 20

interface Write {
  options: OutputOptions
  bundle: OutputBundle
}

/**
 * Knows from a bundler's hooks whether a build succeeded. No single hook tells: `closeBundle` also runs after
 * failures, often without an error, and the disk then holds parts of the output or what was there before.
 */
export class BuildState {
  readonly #entryAsset: string | undefined
  #startedAt: Date | undefined
  #failure: string | undefined
  #rendersStarted = 0
  #generated = 0
  #generatedToWrite = 0
  #writes: Write[] = []

  /** @param entryAsset name of the file that is the entry of a build without one that is bundled */
  constructor(entryAsset?: string) {
    this.#entryAsset = entryAsset
  }

  started(): void {
    this.#startedAt ??= new Date(Date.now() - FILE_CLOCK_LAG)
  }

  fail(reason: string): void {
    this.#failure ??= reason
  }

  renderStarted(): void {
    this.#rendersStarted++
  }

  generated(isWrite: boolean): void {
    this.#generated++
    if (isWrite) this.#generatedToWrite++
  }

  written(options: OutputOptions, bundle: OutputBundle): void {
    this.#writes.push({ options, bundle })
  }

  /** The outcome of the build that ends now; the next one starts afresh. */
  take(): BuildOutcome {
    const outcome = this.#outcome()
    // Here and not in buildStart, which Rolldown repeats for each output.
    this.#startedAt = this.#failure = undefined
    this.#rendersStarted = this.#generated = this.#generatedToWrite = 0
    this.#writes = []
    return outcome
  }

  #outcome(): BuildOutcome {
    const writes = this.#writes
    const startedAt = this.#startedAt ?? new Date(0)
    if (this.#failure !== undefined) return { status: 'failure', reason: this.#failure }
    if (this.#startedAt === undefined && this.#rendersStarted === 0) return { status: 'idle' }
    if (this.#rendersStarted > this.#generated) return failure('an output failed while it was rendered')
    if (this.#generatedToWrite > writes.length) return failure('an output failed while it was written')
    if (writes.length === 0) return failure('the build wrote nothing to disk')
    return { status: 'success', outputIn: (root) => ({ ...placesOf(writes, root, this.#entryAsset), startedAt }) }
  }
}

function failure(reason: string): BuildOutcome {
  return { status: 'failure', reason }
}

function placesOf(writes: readonly Write[], root: string, entryAsset: string | undefined): Omit<BuildOutput, 'startedAt'> {
  const directories = new Set<string>()
  const entryFiles = new Set<string>()
  const moduleIds = new Set<string>()
  for (const { options, bundle } of writes) {
    const directory = resolve(root, options.dir ?? dirname(options.file ?? ''))
    directories.add(directory)
    for (const file of Object.values(bundle)) {
      const isEntry = file.type === 'chunk' ? file.isEntry === true : file.fileName === entryAsset
      if (isEntry) entryFiles.add(resolve(directory, file.fileName))
      for (const id of file.moduleIds ?? []) moduleIds.add(id)
    }
  }
  return { directories: [...directories].toSorted(), entryFiles: [...entryFiles].toSorted(), moduleIds }
}
