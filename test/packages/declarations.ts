import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { packages } from '../helpers/packages.ts'
import { repository } from '../helpers/project.ts'

interface PackageJson {
  name: string
  exports: Record<string, string | { types: string }>
}

export interface PackageEntries {
  /** Of the package, below `packages`. */
  folder: string
  name: string
  entries: Entry[]
}

interface Entry {
  /** What one imports. */
  path: string
  /** Its declarations, if it has any. */
  file: string | undefined
}

async function readEntries(folder: string): Promise<PackageEntries> {
  const root = join(repository, 'packages', folder)
  const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson
  const entries = Object.entries(exports).map(([subpath, target]) => ({
    path: join(name, subpath),
    file: typeof target === 'string' ? undefined : join(root, target.types),
  }))
  return { folder, name, entries }
}

/** What every package exports. */
export const allEntries = await Promise.all(packages.map(readEntries))

/** The declarations of a package's entries. */
export function declarationFiles(folder: string): string[] {
  return allEntries.filter((entry) => entry.folder === folder).flatMap(({ entries }) => entries.flatMap(({ file }) => file ?? []))
}

/** All of them, read once: what they import takes its time. */
export const program = ts.createProgram(packages.flatMap(declarationFiles), {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  types: ['node'],
  skipLibCheck: true,
})
export const checker = program.getTypeChecker()

/** What a file of declarations exports: what it re-exports as well, as what it stands for. */
export function exportsOf(file: string): ts.Symbol[] {
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${file} is not a module`)
  const symbols = checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return symbols.flatMap((symbol) => original(symbol) ?? [])
}

/** What an import or a re-export stands for. */
export function original(symbol: ts.Symbol | undefined): ts.Symbol | undefined {
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}
