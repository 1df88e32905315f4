import { posix } from 'node:path'
import type { AnyNode, CallExpression, Expression, NewExpression, SpreadElement } from 'acorn'
import type { Definitions } from './definitions.js'
import { literalOf } from './nodes.js'

/** A path that starts from the place of a module. */
export interface OwnPath {
  /** Relative to the module's folder, with `/`. The module's own file is {@link SELF}. */
  path: string
  /** Offset of the `import.meta` or `__dirname` that it starts from. */
  origin: number
  /** Whether it starts from a variable that only CommonJS has. */
  isCommonJs: boolean
}

/** Stands for the name of the module's own file. */
const SELF = '\0self'

/** Functions that return the path they are given, in one form or another. */
const KEEPING: ReadonlySet<string> = new Set(['fileURLToPath', 'pathToFileURL', 'String', 'normalize', 'toNamespacedPath'])

/** Variables of variables that are followed. No code has more of them, but code can be a circle. */
const MAX_DEPTH = 10

/** An expression with a path in it that is written out, as `join(import.meta.dirname, 'a', 'b.json')`. */
export interface NamedPath {
  kind: 'url' | 'join' | 'resolve' | 'text'
  base: AnyNode
  /** The expressions of the rest. */
  names: readonly AnyNode[]
}

/** The parts of an expression that may be a path from the module's own place; `undefined` if it has another form. */
export function namedPath(node: AnyNode, definitions: Definitions): NamedPath | undefined {
  switch (node.type) {
    case 'NewExpression':
      return definitions.calledName(node.callee) === 'URL' ? urlParts(node) : undefined
    case 'CallExpression': {
      const kind = definitions.calledName(node.callee)
      return kind === 'join' || kind === 'resolve' ? joinParts(kind, node) : undefined
    }
    case 'BinaryExpression':
      return node.operator === '+' && literalOf(node.right)?.startsWith('/') === true
        ? { kind: 'text', base: node.left as AnyNode, names: [node.right] }
        : undefined
    case 'TemplateLiteral': {
      const [base, ...others] = node.expressions
      const [before, after] = node.quasis
      if (base === undefined || others.length > 0 || before?.value.cooked !== '' || after?.value.cooked?.startsWith('/') !== true)
        return undefined
      return { kind: 'text', base: base as AnyNode, names: [after] }
    }
    default:
      return undefined
  }
}

function urlParts({ arguments: [name, base, ...others] }: NewExpression): NamedPath | undefined {
  if (name === undefined || base === undefined || others.length > 0) return undefined
  return { kind: 'url', base: base as AnyNode, names: [name as AnyNode] }
}

function joinParts(kind: 'join' | 'resolve', { arguments: [base, ...names] }: CallExpression): NamedPath | undefined {
  return base === undefined || names.length === 0 ? undefined : { kind, base: base as AnyNode, names: names as AnyNode[] }
}

/** Where an expression leads to, from the place of a module; `undefined` if it does not, or not only by what is written out. */
export function ownPath(node: AnyNode, definitions: Definitions, depth = 0): OwnPath | undefined {
  if (depth > MAX_DEPTH) return undefined
  const follow = (other: Expression | SpreadElement | undefined): OwnPath | undefined =>
    other && ownPath(other as AnyNode, definitions, depth + 1)
  const named = namedPath(node, definitions)
  if (named !== undefined) {
    const base = ownPath(named.base, definitions, depth + 1)
    const texts = named.names.map((name) => textOf(name, definitions, depth + 1))
    const path = base && restOf(named, base.path, texts)
    return base && path !== undefined ? { ...base, path } : undefined
  }
  switch (node.type) {
    case 'ParenthesizedExpression':
      return follow(node.expression)
    case 'Identifier': {
      if (definitions.has(node.name, node.start)) return follow(definitions.valueOf(node.name, node.start) as Expression | undefined)
      const path = node.name === '__dirname' ? '.' : node.name === '__filename' ? SELF : undefined
      return path === undefined ? undefined : { path, origin: node.start, isCommonJs: true }
    }
    case 'MemberExpression': {
      if (node.computed || node.property.type !== 'Identifier') return undefined
      const { name } = node.property
      if (node.object.type === 'MetaProperty') {
        const path = name === 'dirname' ? '.' : name === 'filename' || name === 'url' ? SELF : undefined
        return path === undefined ? undefined : { path, origin: node.start, isCommonJs: false }
      }
      return (name === 'href' || name === 'pathname') && node.object.type !== 'Super' ? follow(node.object) : undefined
    }
    case 'CallExpression': {
      const name = definitions.calledName(node.callee) ?? ''
      if (KEEPING.has(name) || name === 'join' || name === 'resolve') return follow(node.arguments[0])
      if (name === 'toString' && node.callee.type === 'MemberExpression') return follow(node.callee.object as Expression)
      const whole = name === 'dirname' ? follow(node.arguments[0]) : undefined
      return whole && { ...whole, path: posix.join(whole.path, '..') }
    }
    default:
      return undefined
  }
}

/** Whether a path only begins with an expression, and is written out from there on. */
export function isBaseOf(node: AnyNode | undefined, whole: AnyNode, definitions: Definitions): boolean {
  const named = namedPath(whole, definitions)
  return (
    named !== undefined &&
    named.base === node &&
    named.names.every((name) => name.type === 'TemplateElement' || literalOf(name) !== undefined)
  )
}

/** Whether the base of a path is the module's own place, as it is where the path starts. */
export function isOwnPlace({ kind }: NamedPath, path: string): boolean {
  return kind === 'url' ? path === SELF || path === './' : path === '.' || path === './'
}

function textOf(node: AnyNode, definitions: Definitions, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined
  if (node.type === 'TemplateElement') return node.value.cooked ?? undefined
  if (node.type !== 'Identifier') return literalOf(node)
  const value = definitions.valueOf(node.name, node.start)
  return value && textOf(value, definitions, depth + 1)
}

function restOf({ kind }: NamedPath, base: string, texts: readonly (string | undefined)[]): string | undefined {
  if (kind === 'url') return resolveUrl(base, texts[0])
  const parts = texts.filter((text) => text !== undefined)
  if (parts.length < texts.length || (kind === 'resolve' && parts.some((part) => part.startsWith('/')))) return undefined
  return posix.join(base, ...parts)
}

/** As `new URL(text, base)` does, for paths. */
function resolveUrl(base: string, text: string | undefined): string | undefined {
  if (text === undefined || /^(?:\/|[a-z][a-z0-9+.-]*:)/i.test(text)) return undefined
  const path = decode(text.replace(/[?#].*$/s, ''))
  if (path === undefined || path === '') return undefined
  const folder = base.endsWith('/') ? base : posix.join(base, '..')
  return posix.join(folder, /(?:^|\/)\.\.?$/.test(path) ? `${path}/` : path)
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    // A percent sign that encodes nothing.
    return undefined
  }
}
