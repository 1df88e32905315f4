import { existsSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import type { OutputBundle, OutputOptions } from './hooks.js'

/** What a successful build wrote. */
export interface BuildOutput {
  /** The directories written to: absolute, sorted, no duplicates. */
  directories: string[]
  /** Those of the directories that the bundler wrote no file to. */
  emptyDirectories: string[]
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
  const filled = new Set<string>()
  const entryFiles = new Set<string>()
  const facades = new Set<string>()
  const moduleIds = new Set<string>()
  for (const { options, bundle } of writes) {
    const directory = resolve(root, options.dir ?? dirname(options.file ?? ''))
    directories.add(directory)
    if (Object.keys(bundle).length > 0) filled.add(directory)
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
    emptyDirectories: [...directories].filter((directory) => !filled.has(directory)).toSorted(),
    entryFiles: [...entryFiles].toSorted(),
    entrySources: filesOf(facades).toSorted(),
    moduleIds,
    startedAt,
  }
}

/** What several builds wrote, as if it were one. Their order stays. */
export function mergeOutputs(outputs: readonly BuildOutput[]): BuildOutput {
  const filled = new Set(outputs.flatMap((output) => output.directories.filter((each) => !output.emptyDirectories.includes(each))))
  const directories = [...new Set(outputs.flatMap((output) => output.directories))]
  return {
    directories,
    emptyDirectories: directories.filter((directory) => !filled.has(directory)),
    entryFiles: [...new Set(outputs.flatMap(({ entryFiles }) => entryFiles))],
    entrySources: [...new Set(outputs.flatMap(({ entrySources }) => entrySources))],
    moduleIds: new Set(outputs.flatMap(({ moduleIds }) => [...moduleIds])),
    startedAt: new Date(Math.min(...outputs.map(({ startedAt }) => startedAt.getTime()))),
  }
}

/** What parallel builds wrote, which end in any order. */
export function joinOutputs(outputs: readonly BuildOutput[]): BuildOutput {
  const { directories, emptyDirectories, entryFiles, entrySources, ...others } = mergeOutputs(outputs)
  return {
    directories: directories.toSorted(),
    emptyDirectories: emptyDirectories.toSorted(),
    entryFiles: entryFiles.toSorted(),
    entrySources: entrySources.toSorted(),
    ...others,
  }
}

/** The files among the modules, without what plugins put around their paths. */
export function filesOf(moduleIds: Iterable<string>): string[] {
  const paths = Array.from(moduleIds, (id) => id.replace(/\?.*$/, ''))
  // Some plugins give what is not a file an absolute path, too.
  return paths.filter((path) => isAbsolute(path) && existsSync(path)).map((path) => resolve(path))
}
