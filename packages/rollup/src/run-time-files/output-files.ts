import { dirname, relative, sep } from 'node:path'
import { ByteNiteError } from 'bytenite-uploader/config'
import { explained } from '../explained-error.js'

/** The files that the code of one output reads or runs, and their names there. */
export class OutputFiles {
  /** The content of each file that has to be written beside the chunks, by its name. */
  readonly contents: Map<string, string | Uint8Array> = new Map()
  /** Sources whose changes change the output, besides the modules of its own bundle. */
  readonly watched: Set<string> = new Set()
  readonly #root: string
  readonly #names = new Map<string, string>()
  readonly #sources = new Map<string, string>()

  /**
   * @param entry source of the bundle's entry; absolute
   * @param fileName of the entry's chunk
   */
  constructor(entry: string, fileName: string) {
    this.#root = dirname(entry)
    this.#claim(fileName, entry)
  }

  /** The name of a source, if it has one already. */
  nameOf(source: string): string | undefined {
    return this.#names.get(source)
  }

  /** Where a source is below the entry's folder, or else below what both have in common; in packages, below `node_modules`. */
  pathOf(source: string): string {
    const parts = relative(this.#root, source).split(sep)
    return parts.slice(Math.max(parts.lastIndexOf('node_modules'), parts.lastIndexOf('..')) + 1).join('/')
  }

  /**
   * Names a source by its path.
   * @param isScript whether the name is for the JavaScript that becomes of it
   * @throws {ByteNiteError} `CONFLICTING_FILES`
   */
  name(source: string, isScript: boolean): string {
    const path = this.pathOf(source)
    // Node would take a package.json beside the code for that of the code.
    const fileName = isScript ? path.replace(/\.\w+$/, '.js') : path.replace(/(?<=^|\/)package\.json$/, 'package.data.json')
    return this.#claim(isInPackage(source) ? this.#unusedName(fileName) : fileName, source)
  }

  /** Two versions of a package have files of the same names, and nobody can rename those. */
  #unusedName(fileName: string): string {
    let name = fileName
    for (let count = 2; this.#sources.has(name); count++) name = fileName.replace(/(?=\/)|$/, `-${count}`)
    return name
  }

  #claim(fileName: string, source: string): string {
    const other = this.#sources.get(fileName)
    if (other !== undefined) {
      const [first, second] = [other, source].map((file) => relative(process.cwd(), file))
      const hint = 'Rename one of them, or move it to another folder.'
      const problem = `The code needs ${first} and ${second}, and both would be ${fileName} in the output.`
      throw explained(new ByteNiteError('CONFLICTING_FILES', problem, { hint }))
    }
    this.#names.set(source, fileName)
    this.#sources.set(fileName, source)
    return fileName
  }
}

export function isInPackage(source: string): boolean {
  return source.split(sep).includes('node_modules')
}
