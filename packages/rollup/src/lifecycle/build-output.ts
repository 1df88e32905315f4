import { dirname, isAbsolute, resolve } from 'node:path'
import type { OutputBundle, OutputOptions } from './hooks.js'

/** What a successful build wrote. */
export interface BuildOutput {
  /** The directories written to: absolute, sorted, no duplicates. */
  directories: string[]
  /** The entry files: absolute, sorted. */
  entryFiles: string[]
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

/** @param entryAsset file name of an asset that counts as an entry, as chunks do that the bundler calls entries */
export function outputOf(writes: readonly Write[], root: string, entryAsset: string | undefined, startedAt: Date): BuildOutput {
  const directories = new Set<string>()
  const entryFiles = new Set<string>()
  const moduleIds = new Set<string>()
  for (const { options, bundle } of writes) {
    const directory = resolve(root, options.dir ?? dirname(options.file ?? ''))
    directories.add(directory)
    for (const file of Object.values(bundle)) {
      const isEntry = file.type === 'chunk' ? file.isEntry === true : file.fileName === entryAsset
      if (isEntry) entryFiles.add(resolve(directory, file.fileName))
      for (const id of file.moduleIds ?? []) moduleIds.add(id)
    }
  }
  return { directories: [...directories].toSorted(), entryFiles: [...entryFiles].toSorted(), moduleIds, startedAt }
}

/** What several builds wrote, as if it were one. */
export function mergeOutputs(outputs: readonly BuildOutput[]): BuildOutput {
  return {
    directories: outputs.flatMap(({ directories }) => directories),
    entryFiles: outputs.flatMap(({ entryFiles }) => entryFiles),
    moduleIds: new Set(outputs.flatMap(({ moduleIds }) => [...moduleIds])),
    startedAt: new Date(Math.min(...outputs.map(({ startedAt }) => startedAt.getTime()))),
  }
}

/** The files among the modules, without what plugins put around their paths. */
export function filesOf(moduleIds: Iterable<string>): string[] {
  const paths = Array.from(moduleIds, (id) => id.replace(/\?.*$/, ''))
  return paths.filter((path) => isAbsolute(path)).map((path) => resolve(path))
}
