import ts from 'typescript'
import { checker, declarationFiles, exportsOf } from './declarations.ts'

interface Option {
  /** With a dot before the name of one inside another. */
  name: string
  /** Variable of the environment that sets it, too. */
  variable: string | undefined
  default: string
  description: string
}

/** The rows of variables that have no option. */
const VARIABLES: readonly (readonly string[])[] = [
  ['–', '`SOURCE_DATE_EPOCH`', '1980-01-01', 'The time of every file in the archive, in seconds since 1970'],
  ['–', '`HTTPS_PROXY`, `NO_PROXY`', '–', 'A proxy to the platform, and the hosts to reach without it'],
  ['–', '`NODE_EXTRA_CA_CERTS`', '–', 'Path to your own CA certificate'],
]

/**
 * The table of a plugin's options, as the docstrings of their types describe them.
 * @param folder of the plugin's package
 * @param isMarked whether those that the other plugin does not have are marked
 */
export function drawOptions(folder: 'rollup' | 'vite', isMarked: boolean = false): string {
  const common = new Set(optionsOf('rollup').map(({ name }) => name))
  const rows = optionsOf(folder).map(({ name, variable, default: standard, description }) => [
    `\`${name}\`${!isMarked || common.has(name) ? '' : ' (Vite only)'}`,
    variable === undefined ? '–' : `\`${variable}\``,
    standard,
    description,
  ])
  const header = ['Option', 'Environment variable', 'Default', 'Description']
  const table = [header, header.map(() => '---'), ...rows, ...VARIABLES]
  return table.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}

function optionsOf(folder: 'rollup' | 'vite'): Option[] {
  const name = folder === 'vite' ? 'ByteNiteViteOptions' : 'ByteNiteOptions'
  const symbol = exportsOf(declarationFiles(folder)[0] ?? '').find((exported) => exported.name === name)
  if (symbol === undefined) throw new Error(`packages/${folder} does not export ${name}`)
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  const order = inOrder(type)
  return type
    .getProperties()
    .toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
    .flatMap((property) => readOption(property, ''))
}

/** The names as they are declared: a type's own before those of the types that it extends. The checker's order is not that of any source. */
function inOrder(type: ts.Type): string[] {
  const [declaration] = type.symbol.declarations ?? []
  if (declaration === undefined || !ts.isInterfaceDeclaration(declaration)) return []
  const own = declaration.members.map((member) => member.name?.getText() ?? '')
  const bases = (declaration.heritageClauses ?? []).flatMap(({ types }): readonly ts.ExpressionWithTypeArguments[] => types)
  // Of Pick<>, what it picks from.
  const inherited = bases.flatMap((base) => inOrder(checker.getTypeAtLocation(base.typeArguments?.[0] ?? base)))
  return [...own, ...inherited]
}

function readOption(property: ts.Symbol, parent: string): Option[] {
  const name = `${parent}${property.name}`
  const description = firstParagraph(ts.displayPartsToString(property.getDocumentationComment(checker)))
  const standard = tagOf(property, 'default')
  if (description === '' || standard === undefined) throw new Error(`The docstring of the option ${name} has no text, or no @default`)
  const inner = fieldsOf(property).flatMap((field) => readOption(field, `${name}.`))
  return [{ name, variable: tagOf(property, 'env'), default: shownDefault(standard), description }, ...inner]
}

/** What an option that is an object has in it, if it is declared for that. What an interface inherits is the platform's own. */
function fieldsOf(property: ts.Symbol): ts.Symbol[] {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(property))
  return (type.isUnion() ? type.types : [type]).flatMap((part) => {
    const [declaration] = part.symbol?.declarations ?? []
    if (declaration === undefined || !isForOption(declaration, property)) return []
    return part.getProperties().filter((field) => field.declarations?.[0]?.parent === declaration)
  })
}

function isForOption(declaration: ts.Declaration, property: ts.Symbol): boolean {
  if (ts.isInterfaceDeclaration(declaration)) return declaration.name.text.endsWith('Options')
  const written = ts.findAncestor(declaration, ts.isPropertySignature)
  return ts.isTypeLiteralNode(declaration) && written !== undefined && property.declarations?.[0] === written
}

function tagOf(property: ts.Symbol, name: string): string | undefined {
  const tag = property.getJsDocTags(checker).find((candidate) => candidate.name === name)
  return tag && onOneLine(ts.displayPartsToString(tag.text))
}

function firstParagraph(text: string): string {
  const [paragraph = ''] = text.split('\n\n')
  return onOneLine(paragraph).replace(/\.$/, '')
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** A default is code if it is a value, and otherwise a phrase. */
function shownDefault(text: string): string {
  if (text === 'none') return '–'
  return /^(?:'[^']*'|[\d_]+|true|false|\{.*\})$/.test(text) ? `\`${text}\`` : text
}
