import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { unreadable } from '../output/file-errors.js'
import type { SelectedFile } from '../output/select-files.js'

export interface PackageType {
  /** Of the package.json, relative to `app/`. */
  path: string
  /** Its `type`, if it has one that means something. */
  type: 'module' | 'commonjs' | undefined
}

/** Which package.json of the archive says what the `.js` files beside and below it are. */
export class PackageTypes {
  readonly #types: ReadonlyMap<string, PackageType>

  private constructor(types: ReadonlyMap<string, PackageType>) {
    this.#types = types
  }

  /** @throws {ByteNiteError} `UNREADABLE_FILE` */
  static async read(files: Iterable<SelectedFile>): Promise<PackageTypes> {
    const types = new Map<string, PackageType>()
    for (const { path, source, content } of files) {
      if (posix.basename(path) !== 'package.json') continue
      const text =
        content?.toString('utf8') ??
        (await readFile(source ?? '', 'utf8').catch((error: unknown) => {
          throw unreadable(source ?? path, error)
        }))
      types.set(posix.dirname(path), { path, type: typeIn(text) })
    }
    return new PackageTypes(types)
  }

  /** The nearest one above a file. */
  of(path: string): PackageType | undefined {
    for (let directory = posix.dirname(path); ; directory = posix.dirname(directory)) {
      const found = this.#types.get(directory)
      if (found !== undefined || directory === '.') return found
    }
  }
}

function typeIn(text: string): PackageType['type'] {
  try {
    const { type } = JSON.parse(text) as { type?: unknown }
    return type === 'module' || type === 'commonjs' ? type : undefined
  } catch {
    // Not a package.json that Node would read.
    return undefined
  }
}
