import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { packages } from '../helpers/packages.ts'
import { repository } from '../helpers/project.ts'

interface PackageJson {
  name: string
  exports: Record<string, string | { types: string }>
}

interface Entry {
  /** What one imports. */
  path: string
  /** Its declarations, if it has any. */
  file: string | undefined
}

async function readEntries(folder: string): Promise<{ name: string; entries: Entry[] }> {
  const root = join(repository, 'packages', folder)
  const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson
  const entries = Object.entries(exports).map(([subpath, target]) => ({
    path: join(name, subpath),
    file: typeof target === 'string' ? undefined : join(root, target.types),
  }))
  return { name, entries }
}

const described = await Promise.all(packages.map(readEntries))
const files = described.flatMap(({ entries }) => entries.flatMap(({ file }) => file ?? []))
// One for all of them: what they import is read once.
const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, skipLibCheck: true })

test.each(described)('what $name gives to the world', async ({ name, entries }) => {
  const sections = entries.map(({ path, file }) => [`// ${path}`, ...(file === undefined ? [] : describe(file))].join('\n'))
  await expect(`${sections.join('\n\n')}\n`).toMatchFileSnapshot(`api/${name}.txt`)
})

/** The declaration of everything that a module exports, without its comments. */
function describe(file: string): string[] {
  const checker = program.getTypeChecker()
  const printer = ts.createPrinter({ removeComments: true })
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${file} is no module`)
  return checker
    .getExportsOfModule(module)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((symbol) => {
      const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      return (original.declarations ?? []).map((node) => {
        const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node
        return printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile())
      })
    })
}
