import { dirname, resolve } from 'node:path'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import type { BuildEnvironment } from '../publishing/environment.js'
import type { OutputOptions } from './hooks.js'

/** Loaded here, so that a config with this plugin costs nothing until something is built. */
const loadStamps = () => import('bytenite-uploader/internal/build-stamps')

/** The stamps of all builds of one plugin, which tell other processes what directories they write to. */
export class OwnStamps {
  /** How each is removed, by its directory. */
  readonly #removals = new Map<string, () => void>()
  #known: readonly string[] = []

  /** The directories of the last build. */
  get known(): readonly string[] {
    return this.#known
  }

  /** @param directories relative to the root, or absolute; those that have a stamp keep it */
  async leave(directories: readonly string[], environment: BuildEnvironment): Promise<void> {
    const { leaveStamps } = await loadStamps()
    for (const directory of directories.map((each) => resolve(environment.root, each))) {
      if (!this.#removals.has(directory)) this.#removals.set(directory, leaveStamps([directory], 'build', warnVia(environment)))
    }
    this.#known = [...this.#removals.keys()]
  }

  /**
   * Whether another process built into one of the directories meanwhile.
   * @param directories absolute
   */
  async areOverlapped(directories: readonly string[], environment: BuildEnvironment): Promise<boolean> {
    const { findOverlaps } = await loadStamps()
    return findOverlaps(directories, warnVia(environment)).length > 0
  }

  remove(): void {
    for (const remove of this.#removals.values()) remove()
    this.#removals.clear()
  }
}

function warnVia({ logger }: BuildEnvironment): (message: string) => void {
  return (message) => logger.warn(`warning: ${plainText(message)}`)
}

/** The directories that a bundler's options name: none if nothing is to be written. */
export function directoriesOf(outputs: unknown): string[] {
  const named = [outputs].flat() as (OutputOptions | undefined)[]
  return named.flatMap((output) => output?.dir ?? (output?.file === undefined ? [] : dirname(output.file)))
}
