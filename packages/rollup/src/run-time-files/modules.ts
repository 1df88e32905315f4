import { dirname, isAbsolute, resolve } from 'node:path'
import type { RenderedModules } from './hooks.js'

/** Modules without any of these name no files by their own place. */
const OWN_PLACE = /\bimport\.meta\b|\b__(?:dirname|filename)\b/

/** Whether code can name a file by its own place. */
export function mayNameFiles(code: string): boolean {
  return OWN_PLACE.test(code)
}

interface Range {
  file: string | undefined
  start: number
  end: number
}

/** Finds out which module a piece of a chunk's code is from. */
export class ModuleRanges {
  readonly #code: string
  readonly #modules: RenderedModules
  #known: Range[] | undefined

  /** @param code of the chunk, as no plugin has changed it yet */
  constructor(code: string, modules: RenderedModules) {
    this.#code = code
    this.#modules = modules
  }

  /** Found when they are needed: Rolldown copies the code of a module each time it is read. */
  get #ranges(): readonly Range[] {
    return (this.#known ??= findRanges(this.#code, this.#modules))
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

function findRanges(chunk: string, modules: RenderedModules): Range[] {
  let end = 0
  return Object.entries(modules).flatMap(([id, { code }]) => {
    const start = code === null ? -1 : chunk.indexOf(code, end)
    if (code === null || start === -1) return []
    end = start + code.length
    return [{ file: fileOf(id), start, end }]
  })
}

/** The file of a module, without the prefix and the query that plugins may add to its id; `undefined` if it has none. */
export function fileOf(id: string): string | undefined {
  const file = id.replace(/^\0|[?#].*$/gs, '')
  return isAbsolute(file) ? file : undefined
}
