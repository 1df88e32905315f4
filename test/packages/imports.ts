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
  const sources = Object.entries(await readFiles(directory)).filter(([path]) => /\.c?tsx?$/.test(path))
  const paths = new Set(sources.map(([path]) => path))
  return new Map(sources.map(([path, content]) => [path, importsOf(path, content.toString(), paths)]))
}

function importsOf(source: string, code: string, paths: ReadonlySet<string>): Import[] {
  return ts
    .preProcessFile(code)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => ({ specifier, target: sourceOf(posix.join(posix.dirname(source), specifier), paths) }))
    .filter(({ target }) => !target.startsWith('../'))
}

/** What a compiled file is made from. */
function sourceOf(path: string, paths: ReadonlySet<string>): string {
  const jsx = path.replace(/\.js$/, '.tsx')
  return paths.has(jsx) ? jsx : path.replace(/\.js$/, '.ts')
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
