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

test.each(packages)('what packages/%s gives to the world', async (folder) => {
  const root = join(repository, 'packages', folder)
  const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson
  const entries = Object.entries(exports).map(
    ([subpath, target]) => [join(name, subpath), typeof target === 'string' ? undefined : join(root, target.types)] as const,
  )
  const program = ts.createProgram(
    entries.flatMap(([, file]) => file ?? []),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, skipLibCheck: true },
  )
  const described = entries.map(([path, file]) => [`// ${path}`, ...(file === undefined ? [] : describe(program, file))].join('\n'))
  await expect(`${described.join('\n\n')}\n`).toMatchFileSnapshot(`api/${name}.txt`)
})

/** The declaration of everything that a module exports, without its comments. */
function describe(program: ts.Program, file: string): string[] {
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
