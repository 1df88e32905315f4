import { relative } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { repository } from '../helpers/project.ts'
import { allEntries, checker, declarationFiles, exportsOf, original, program } from './declarations.ts'

test.each(allEntries)('what packages/$folder gives to the world', async ({ name, entries }) => {
  const sections = entries.map(({ path, file }) => [`// ${path}`, ...(file === undefined ? [] : describe(file))].join('\n'))
  await expect(`${sections.join('\n\n')}\n`).toMatchFileSnapshot(`api/${name}.txt`)
})

/** The declaration of everything that a module exports, without its comments. */
function describe(file: string): string[] {
  const printer = ts.createPrinter({ removeComments: true })
  return exportsOf(file)
    .flatMap(({ declarations = [] }) => declarations)
    .map((node) => {
      const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node
      return printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile())
    })
}

/** A plugin's entry exports each type it mentions, also those of the other plugin; the uploader's are exported by the uploader. */
test.each(['rollup', 'vite'])('every type that packages/%s mentions to its users can be imported', (folder) => {
  const elsewhere = new Set(declarationFiles('core').flatMap(exportsOf))
  const [main = '', ...others] = declarationFiles(folder)
  expect(exportsOf(main).length).toBeGreaterThan(10)
  for (const entry of [main, ...others]) expect(unreachable(entry, elsewhere), relative(repository, entry)).toEqual([])
})

/** The types that are named in what an entry exports and that nobody could import, each as `name (file)`. */
function unreachable(entry: string, elsewhere: ReadonlySet<ts.Symbol>): string[] {
  const exported = new Set(exportsOf(entry))
  const found = new Set<string>()

  function visit(node: ts.Node): void {
    if (ts.isTypeReferenceNode(node)) check(node.typeName)
    if (ts.isExpressionWithTypeArguments(node)) check(node.expression)
    ts.forEachChild(node, visit)
  }
  function check(name: ts.Node): void {
    const symbol = original(checker.getSymbolAtLocation(name))
    if (symbol === undefined || symbol.flags & ts.SymbolFlags.TypeParameter) return
    const source = symbol.declarations?.[0]?.getSourceFile()
    if (source === undefined || program.isSourceFileDefaultLibrary(source)) return
    if (!exported.has(symbol) && !elsewhere.has(symbol)) found.add(`${symbol.name} (${relative(repository, source.fileName)})`)
  }

  for (const symbol of exported) for (const declaration of symbol.declarations ?? []) visit(declaration)
  return [...found].toSorted()
}
