import { dirname, isAbsolute, resolve } from 'node:path'
import type { RenderedModules } from './hooks.js'

/** Modules without any of these name no files by their own place. */
const OWN_PLACE = /\bimport\.meta\b|\b__(?:dirname|filename)\b/

/** Whether any module can name a file by its own place. Those that bundlers make up have none. */
export function mayNameFiles(modules: RenderedModules): boolean {
  return Object.entries(modules).some(([id, { code }]) => code !== null && fileOf(id) !== undefined && OWN_PLACE.test(code))
}

interface Range {
  file: string | undefined
  start: number
  end: number
}

/** Finds out which module a piece of a chunk's code is from. */
export class ModuleRanges {
  readonly #ranges: Range[] = []

  /** @param code of the chunk, as no plugin has changed it yet */
  constructor(code: string, modules: RenderedModules) {
    let end = 0
    for (const [id, module] of Object.entries(modules)) {
      const start = module.code === null ? -1 : code.indexOf(module.code, end)
      if (module.code === null || start === -1) continue
      end = start + module.code.length
      this.#ranges.push({ file: fileOf(id), start, end })
    }
  }

  /** The module at an offset; the same object for all of them. */
  at(offset: number): object | undefined {
    return this.#at(offset)
  }

  /** Resolves a path that is relative to the module at an offset; `undefined` if that has no place on the disk. */
  resolve(offset: number, path: string): string | undefined {
    const file = this.#at(offset)?.file
    return file === undefined ? undefined : resolve(dirname(file), path)
  }

  #at(offset: number): Range | undefined {
    let [low, high] = [0, this.#ranges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ranges[middle]?.end ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    const range = this.#ranges[low]
    return range !== undefined && range.start <= offset ? range : undefined
  }
}

/** The file of a module, without the prefix and the query that plugins may add to its id; `undefined` if it has none. */
export function fileOf(id: string): string | undefined {
  const file = id.replace(/^\0|[?#].*$/gs, '')
  return isAbsolute(file) ? file : undefined
}
