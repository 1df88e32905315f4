import { relative, sep } from 'node:path'
import type { SourceModule } from 'bytenite-uploader'

/** Found in the code of modules that read the environment. */
export const READS_ENVIRONMENT = 'process.env'
/** Matches modules of dependencies and those that plugins made up. */
export const FOREIGN: RegExp = /[\\/]node_modules[\\/]|^\0/

/** Remembers the project's modules that read the environment, as transformed: a watcher transforms only what changed. */
export class SourceModules {
  readonly #code = new Map<string, string>()

  /** Bundlers without hook filters pass every module. */
  add(code: string, id: string): void {
    if (FOREIGN.test(id)) return
    if (code.includes(READS_ENVIRONMENT)) this.#code.set(id, code)
    else this.#code.delete(id)
  }

  /** Those that a bundle contains. */
  in(moduleIds: ReadonlySet<string>, root: string): SourceModule[] {
    const modules = [...this.#code].filter(([id]) => moduleIds.has(id))
    return modules.map(([id, code]) => ({ file: relative(root, id).split(sep).join('/'), code }))
  }
}
