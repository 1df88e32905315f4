import { relative, sep } from 'node:path'
import type { SourceModule } from 'bytenite-uploader'

/** Modules of the project's own, not of its dependencies, that read the environment. */
export const READS_ENVIRONMENT = 'process.env'
export const FOREIGN: RegExp = /[\\/]node_modules[\\/]|^\0/

/** Remembers such modules as the bundler transformed them: a watcher transforms only what changed. */
export class SourceModules {
  readonly #code = new Map<string, string>()

  /** Bundlers that know no filters of hooks pass everything. */
  add(code: string, id: string): void {
    if (FOREIGN.test(id)) return
    if (code.includes(READS_ENVIRONMENT)) this.#code.set(id, code)
    else this.#code.delete(id)
  }

  /** Those that are in a bundle. */
  in(moduleIds: ReadonlySet<string>, root: string): SourceModule[] {
    const modules = [...this.#code].filter(([id]) => moduleIds.has(id))
    return modules.map(([id, code]) => ({ file: relative(root, id).split(sep).join('/'), code }))
  }
}
