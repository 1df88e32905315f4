import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { repository } from '../helpers/project.ts'

interface PackageJson {
  exports: Record<string, string | { types: string }>
}

async function entriesOf(folder: string): Promise<string[]> {
  const root = join(repository, 'packages', folder)
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson
  return Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : join(root, target.types)))
}

/** The types that are named in what an entry exports and that nobody could import, each as `name (file)`. */
function unreachable(program: ts.Program, entry: string, elsewhere: ReadonlySet<ts.Symbol>): string[] {
  const checker = program.getTypeChecker()
  const exported = new Set(exportsOf(program, entry))
  const found = new Set<string>()

  function visit(node: ts.Node): void {
    if (ts.isTypeReferenceNode(node)) check(node.typeName)
    if (ts.isExpressionWithTypeArguments(node)) check(node.expression)
    ts.forEachChild(node, visit)
  }
  function check(name: ts.Node): void {
    const symbol = original(checker, checker.getSymbolAtLocation(name))
    if (symbol === undefined || symbol.flags & ts.SymbolFlags.TypeParameter) return
    const source = symbol.declarations?.[0]?.getSourceFile()
    if (source === undefined || program.isSourceFileDefaultLibrary(source)) return
    if (!exported.has(symbol) && !elsewhere.has(symbol)) found.add(`${symbol.name} (${relative(repository, source.fileName)})`)
  }

  for (const symbol of exported) for (const declaration of symbol.declarations ?? []) visit(declaration)
  return [...found].toSorted()
}

function exportsOf(program: ts.Program, entry: string): ts.Symbol[] {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(entry)
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${entry} is not a module`)
  return checker.getExportsOfModule(module).flatMap((symbol) => original(checker, symbol) ?? [])
}

/** What an import or a re-export stands for. */
function original(checker: ts.TypeChecker, symbol: ts.Symbol | undefined): ts.Symbol | undefined {
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** A plugin's entry exports each type it mentions, also those of the other plugin; the uploader's are exported by the uploader. */
test.each(['rollup', 'vite'])('every type that packages/%s mentions to its users can be imported', async (folder) => {
  const entries = await entriesOf(folder)
  const uploader = await entriesOf('core')
  const program = ts.createProgram([...entries, ...uploader], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
    skipLibCheck: true,
  })
  const elsewhere = new Set(uploader.flatMap((entry) => exportsOf(program, entry)))
  expect(exportsOf(program, entries[0] ?? '').length).toBeGreaterThan(10)
  for (const entry of entries) expect(unreachable(program, entry, elsewhere), relative(repository, entry)).toEqual([])
})
