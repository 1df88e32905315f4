import { posix } from 'node:path'
import ts from 'typescript'
import { readFiles } from '../helpers/project.ts'

interface Import {
  /** As written, such as `../errors.js`. */
  specifier: string
  /** The source it leads to, relative to the directory. */
  target: string
}

/** What each source of a directory imports from the same directory, by the source's relative path. */
export type ImportsBySource = ReadonlyMap<string, readonly Import[]>

/** Reads the imports and re-exports of all sources in a directory, including types and `import()`. */
export async function readImports(directory: string): Promise<ImportsBySource> {
  const sources = Object.entries(await readFiles(directory)).filter(([path]) => /\.c?ts$/.test(path))
  return new Map(sources.map(([path, content]) => [path, importsOf(path, content.toString())]))
}

function importsOf(source: string, code: string): Import[] {
  return ts
    .preProcessFile(code)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => ({ specifier, target: posix.join(posix.dirname(source), specifier).replace(/\.js$/, '.ts') }))
    .filter(({ target }) => !target.startsWith('../'))
}

/** Every circle of imports, as the chain of its sources. */
export function findCircles(imports: ImportsBySource): string[] {
  const circles: string[] = []
  const finished = new Set<string>()
  const chain: string[] = []
  const visit = (source: string): void => {
    const start = chain.indexOf(source)
    if (start !== -1) circles.push([...chain.slice(start), source].join(' → '))
    if (start !== -1 || finished.has(source)) return
    chain.push(source)
    for (const { target } of imports.get(source) ?? []) visit(target)
    chain.pop()
    finished.add(source)
  }
  for (const source of imports.keys()) visit(source)
  return circles
}
