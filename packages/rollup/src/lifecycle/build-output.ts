import { existsSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import type { OutputBundle, OutputOptions } from './hooks.js'

/** What a successful build wrote. */
export interface BuildOutput {
  /** The directories written to: absolute, sorted, no duplicates. */
  directories: string[]
  /** The entry files: absolute, sorted. */
  entryFiles: string[]
  /** The sources of the entry files, as far as they are files: absolute, sorted. */
  entrySources: string[]
  /** The modules that the chunks were made of. */
  moduleIds: ReadonlySet<string>
  /** A moment before anything was written. */
  startedAt: Date
}

/** One output of a build, as `writeBundle` saw it. */
export interface Write {
  options: OutputOptions
  bundle: OutputBundle
}

/** Type declarations come out of a bundler as chunks, and start nothing. */
const DECLARATION = /\.d\.[cm]?ts$/

/** @param entryAsset file name of an asset that counts as an entry, as chunks do that the bundler calls entries */
export function outputOf(writes: readonly Write[], root: string, entryAsset: string | undefined, startedAt: Date): BuildOutput {
  const directories = new Set<string>()
  const entryFiles = new Set<string>()
  const facades = new Set<string>()
  const moduleIds = new Set<string>()
  for (const { options, bundle } of writes) {
    const directory = resolve(root, options.dir ?? dirname(options.file ?? ''))
    directories.add(directory)
    for (const file of Object.values(bundle)) {
      const isEntry = file.type === 'chunk' ? file.isEntry === true && !DECLARATION.test(file.fileName) : file.fileName === entryAsset
      if (isEntry) {
        entryFiles.add(resolve(directory, file.fileName))
        if (file.facadeModuleId) facades.add(file.facadeModuleId)
      }
      for (const id of file.moduleIds ?? []) moduleIds.add(id)
    }
  }
  return {
    directories: [...directories].toSorted(),
    entryFiles: [...entryFiles].toSorted(),
    entrySources: filesOf(facades).toSorted(),
    moduleIds,
    startedAt,
  }
}

/** What several builds wrote, as if it were one. */
export function mergeOutputs(outputs: readonly BuildOutput[]): BuildOutput {
  return {
    directories: outputs.flatMap(({ directories }) => directories),
    entryFiles: outputs.flatMap(({ entryFiles }) => entryFiles),
    entrySources: outputs.flatMap(({ entrySources }) => entrySources),
    moduleIds: new Set(outputs.flatMap(({ moduleIds }) => [...moduleIds])),
    startedAt: new Date(Math.min(...outputs.map(({ startedAt }) => startedAt.getTime()))),
  }
}

/** The files among the modules, without what plugins put around their paths. */
export function filesOf(moduleIds: Iterable<string>): string[] {
  const paths = Array.from(moduleIds, (id) => id.replace(/\?.*$/, ''))
  // Some plugins give what is not a file an absolute path, too.
  return paths.filter((path) => isAbsolute(path) && existsSync(path)).map((path) => resolve(path))
}
