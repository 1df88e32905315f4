import { posix } from 'node:path'
import { readSelected, type SelectedFile } from '../output/selected-file.js'

export interface PackageType {
  /** Path of the package.json, relative to `app/`. */
  path: string
  /** Its `type`; `undefined` if that is missing or invalid. */
  type: 'module' | 'commonjs' | undefined
}

/** The package.json files of the archive, which decide the module type of the `.js` files beside and below them. */
export class PackageTypes {
  readonly #types: ReadonlyMap<string, PackageType>

  private constructor(types: ReadonlyMap<string, PackageType>) {
    this.#types = types
  }

  /** @throws {ByteNiteError} `UNREADABLE_FILE` */
  static read(files: Iterable<SelectedFile>): PackageTypes {
    const types = new Map<string, PackageType>()
    for (const file of files) {
      const { path } = file
      if (posix.basename(path) !== 'package.json') continue
      types.set(posix.dirname(path), { path, type: typeIn(readSelected(file).toString('utf8')) })
    }
    return new PackageTypes(types)
  }

  /** The package.json nearest to a file. */
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
    // Node would not read it either.
    return undefined
  }
}
