import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeTemporaryFiles, stageFile, type StagedFile } from '../utils/atomic-write.js'
import { checkRecord, tagOf, type PublishedRecord } from './published-record.js'

/**
 * The records that newer revisions have replaced, as files `TAG/NUMBER.json` in a folder. A record that is damaged counts as
 * absent, and keeps every archive from being removed.
 */
export class Revisions {
  readonly #folder: string
  /** The hashes of the archives by number, by tag. */
  readonly #hashes = new Map<string, Map<number, string>>()
  #hasDamaged = false

  constructor(folder: string, onWarning: (message: string) => void) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const { name: tag } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      removeTemporaryFiles(join(folder, tag))
      for (const name of readdirSync(join(folder, tag))) this.#load(tag, name, onWarning)
    }
  }

  get hasDamaged(): boolean {
    return this.#hasDamaged
  }

  /** In ascending order. */
  numbers(tag: string): number[] {
    return [...(this.#hashes.get(tag)?.keys() ?? [])].toSorted((a, b) => a - b)
  }

  /** The tags that have any. */
  tags(): Iterable<string> {
    return this.#hashes.keys()
  }

  /** In base64, of all of them. */
  *archiveHashes(): Iterable<string> {
    for (const hashes of this.#hashes.values()) yield* hashes.values()
  }

  get(tag: string, number: number): PublishedRecord | undefined {
    if (this.#hashes.get(tag)?.has(number) !== true) return undefined
    return readRecord(this.#fileOf(tag, number), tag)
  }

  /** Prepares to keep a record that is about to be replaced. It takes effect with `commit`. */
  stage(record: PublishedRecord): StagedFile {
    const tag = tagOf(record)
    const number = Number(record.revision)
    mkdirSync(join(this.#folder, tag), { recursive: true, mode: 0o700 })
    const staged = stageFile(this.#fileOf(tag, number), `${JSON.stringify(record, null, 2)}\n`)
    return {
      commit: () => {
        staged.commit()
        this.#remember(tag, number, record.hash)
      },
      discard: () => staged.discard(),
    }
  }

  remove(tag: string, number: number): void {
    rmSync(this.#fileOf(tag, number), { force: true })
    this.#hashes.get(tag)?.delete(number)
  }

  #load(tag: string, name: string, onWarning: (message: string) => void): void {
    const [, number] = /^(\d+)\.json$/.exec(name) ?? []
    if (number === undefined) return
    try {
      this.#remember(tag, Number(number), readRecord(join(this.#folder, tag, name), tag).hash)
    } catch (error) {
      this.#hasDamaged = true
      onWarning(
        `Damaged file ${join(this.#folder, tag, name)}: ${(error as Error).message}. Jobs of this revision cannot run. Repair it, or delete it.`,
      )
    }
  }

  #remember(tag: string, number: number, hash: string): void {
    const hashes = this.#hashes.get(tag) ?? new Map<number, string>()
    this.#hashes.set(tag, hashes.set(number, hash))
  }

  #fileOf(tag: string, number: number): string {
    return join(this.#folder, tag, `${number}.json`)
  }
}

function readRecord(file: string, tag: string): PublishedRecord {
  return checkRecord(JSON.parse(readFileSync(file, 'utf8')), tag)
}
