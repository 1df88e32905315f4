import { dirname, resolve } from 'node:path'
import type { OutputBundle, OutputOptions } from './types.js'

/** What a successful build wrote. */
export interface BuildOutput {
  /** The directories written to; absolute, no duplicates. */
  directories: string[]
  /** The entry chunks; absolute. */
  entryFiles: string[]
}

export type BuildOutcome =
  | { status: 'success'; written: (root: string) => BuildOutput }
  | { status: 'failure'; reason: string }
  /** Nothing has happened since the last outcome: Rolldown closes a failed build twice. */
  | { status: 'idle' }

/**
 * Knows from a bundler's hooks whether a build succeeded. No single hook tells: `closeBundle` also runs after
 * failures, often without an error, and the disk then holds parts of the output or what was there before.
 */
export class BuildState {
  #failure: string | undefined
  #started = 0
  #generated = 0
  #generatedToWrite = 0
  #writes: { options: OutputOptions; bundle: OutputBundle }[] = []

  fail(reason: string): void {
    this.#failure ??= reason
  }

  renderStarted(): void {
    this.#started++
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
    const writes = this.#writes
    const isIdle = this.#failure === undefined && this.#started === 0 && writes.length === 0
    const reason = this.#failure ?? this.#incomplete()
    // Here and not in buildStart, which Rolldown repeats for each output.
    this.#failure = undefined
    this.#started = this.#generated = this.#generatedToWrite = 0
    this.#writes = []
    if (isIdle) return { status: 'idle' }
    if (reason !== undefined) return { status: 'failure', reason }
    return { status: 'success', written: (root) => outputOf(writes, root) }
  }

  #incomplete(): string | undefined {
    if (this.#started > this.#generated) return 'an output failed while it was rendered'
    if (this.#generatedToWrite > this.#writes.length) return 'an output failed while it was written'
    if (this.#writes.length === 0) return 'the build wrote nothing to disk'
    return undefined
  }
}

function outputOf(writes: readonly { options: OutputOptions; bundle: OutputBundle }[], root: string): BuildOutput {
  const directories = new Set<string>()
  const entryFiles = new Set<string>()
  for (const { options, bundle } of writes) {
    const directory = resolve(root, options.dir ?? dirname(options.file ?? ''))
    directories.add(directory)
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk' && file.isEntry === true) entryFiles.add(resolve(directory, file.fileName))
    }
  }
  return { directories: [...directories].toSorted(), entryFiles: [...entryFiles].toSorted() }
}
