import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { removeTemporaryFiles, stageFile, type StagedFile } from '../utils/atomic-write.js'

/** Values that are kept in memory, and as JSON files named after their keys in a folder. */
export class JsonFolder<Value> {
  readonly #folder: string
  readonly #values = new Map<string, Value>()

  /**
   * Reads all values. A damaged file is renamed and reported, and the others are used.
   * @param check returns the value, or throws an error that says what is wrong with it
   */
  constructor(folder: string, check: (json: unknown, key: string) => Value, onWarning: (message: string) => void) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    removeTemporaryFiles(folder)
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    for (const name of names.toSorted()) {
      const key = name.slice(0, -'.json'.length)
      try {
        this.#values.set(key, check(parse(readFileSync(join(folder, name), 'utf8')), key))
      } catch (error) {
        const aside = this.#setAside(name)
        onWarning(
          `Damaged file ${join(folder, name)}: ${(error as Error).message}. Renamed it to ${aside}. Repair it and rename it back, or delete it.`,
        )
      }
    }
  }

  /** Whether damaged files are there, from this start or an earlier one. */
  get hasDamaged(): boolean {
    return readdirSync(this.#folder).some((name) => /\.json\.damaged\d*$/.test(name))
  }

  values(): Iterable<Value> {
    return this.#values.values()
  }

  get(key: string): Value | undefined {
    return this.#values.get(key)
  }

  /** Prepares a change, which takes effect with `commit`. */
  stage(key: string, value: Value): StagedFile {
    const staged = stageFile(join(this.#folder, `${key}.json`), `${JSON.stringify(value, null, 2)}\n`)
    return {
      commit: () => {
        staged.commit()
        this.#values.set(key, value)
      },
      discard: () => staged.discard(),
    }
  }

  #setAside(name: string): string {
    let aside = `${name}.damaged`
    for (let count = 2; existsSync(join(this.#folder, aside)); count++) aside = `${name}.damaged${count}`
    renameSync(join(this.#folder, name), join(this.#folder, aside))
    return aside
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`not valid JSON: ${(error as Error).message}`, { cause: error })
  }
}
