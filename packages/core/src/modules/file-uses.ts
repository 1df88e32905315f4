import type { AnyNode, CallExpression, Identifier, NewExpression, Node } from 'acorn'
import type { Definitions } from './definitions.js'
import { isFunction, literalOf, receiverOf } from './nodes.js'
import { isBaseOf } from './own-paths.js'

/** What code does with a file. */
export interface FileUse {
  /**
   * - `read` its content, or the names in a folder
   * - `run` it as a program
   * - `write` it, or make it anew
   * - `test` whether it is there
   * - `other`, which the name of the function does not tell
   */
  action: 'read' | 'run' | 'write' | 'test' | 'other'
  /** Whether it may fail: in a `try`, behind a condition, or with a `catch`. */
  isGuarded: boolean
}

/** A use, as far as it is known before the whole file is. */
export interface SeenUse extends FileUse {
  /** Names of the functions around it. */
  functions: readonly string[]
}

/** Whether the last of some nodes runs only on a condition, or may throw. Each is the parent of the next one. */
export type IsOptional = (nodes: readonly AnyNode[]) => boolean

type Action = FileUse['action']
type Call = CallExpression | NewExpression

/** What functions do with their arguments. Those of Node have twins whose names end with `Sync`. */
const ACTIONS: ReadonlyMap<string, readonly Action[]> = new Map<string, readonly Action[]>([
  ['readFile', ['read']],
  ['createReadStream', ['read']],
  ['readdir', ['read']],
  ['opendir', ['read']],
  ['copyFile', ['read', 'write']],
  ['cp', ['read', 'write']],
  ['Worker', ['run']],
  ['fork', ['run']],
  ['writeFile', ['write']],
  ['appendFile', ['write']],
  ['createWriteStream', ['write']],
  ['mkdir', ['write']],
  ['mkdtemp', ['write']],
  ['rename', ['write', 'write']],
  ['rm', ['write']],
  ['unlink', ['write']],
  ['exists', ['test']],
  ['access', ['test']],
  ['stat', ['test']],
  ['lstat', ['test']],
])

/** Functions that return the path in another form. */
const CONVERTING: ReadonlySet<string> = new Set(['fileURLToPath', 'pathToFileURL', 'String', 'normalize', 'toNamespacedPath', 'toString'])
/** Functions that return a part of the path, which is another one. */
const DIVIDING: ReadonlySet<string> = new Set(['dirname', 'basename', 'extname', 'relative', 'parse'])

const OTHER: SeenUse = { action: 'other', isGuarded: false, functions: [] }

/**
 * What happens to the last of these nodes, which is a path: a use, or the variable that it becomes the value of.
 * `undefined` if it is none: it becomes another path.
 */
export function usageOf(
  nodes: readonly AnyNode[],
  definitions: Definitions,
  isOptional: IsOptional,
): SeenUse | { variable: string } | undefined {
  for (let index = nodes.length - 1; index > 0; index--) {
    const [parent, node] = nodes.slice(index - 1, index + 1)
    switch (parent?.type) {
      case 'ParenthesizedExpression':
        break
      case 'MemberExpression':
        if (!['href', 'pathname', 'toString'].includes(definitions.calledName(parent) ?? '')) return OTHER
        break
      case 'VariableDeclarator':
      case 'AssignmentExpression': {
        const target = parent.type === 'VariableDeclarator' ? parent.id : parent.left
        if (target === node) return undefined
        return target.type === 'Identifier' ? { variable: target.name } : OTHER
      }
      case 'ImportExpression':
        return seen('run', nodes.slice(0, index), isOptional)
      case 'BinaryExpression':
      case 'TemplateLiteral':
        return isBaseOf(node, parent, definitions) ? undefined : OTHER
      case 'CallExpression':
      case 'NewExpression': {
        const name = definitions.calledName(parent.callee) ?? ''
        if (CONVERTING.has(name)) break
        if (DIVIDING.has(name) || isBaseOf(node, parent, definitions)) return undefined
        const action = actionOf(name, parent, parent.arguments.indexOf(node as never))
        return action === 'other' ? OTHER : seen(action, nodes.slice(0, index), isOptional)
      }
      default:
        return OTHER
    }
  }
  return OTHER
}

/**
 * The name of the function that the last of these nodes calls, if the call may fail. A program that ends with a message when
 * its main function fails is not meant: there, nothing takes the place of what is missing.
 */
export function guardedCall(nodes: readonly AnyNode[], definitions: Definitions, isOptional: IsOptional): string | undefined {
  const node = nodes.at(-1)
  if (node?.type !== 'CallExpression') return undefined
  const name = definitions.calledName(node.callee)
  return name !== undefined && (isOptional(nodes) || isCaught(nodes)) && !isMain(nodes) ? name : undefined
}

function seen(action: Action, nodes: readonly AnyNode[], isOptional: IsOptional): SeenUse {
  return { action, isGuarded: isOptional(nodes) || isCaught(nodes) || hasCallback(nodes.at(-1)), functions: functionNames(nodes) }
}

function actionOf(name: string, { arguments: parameters }: Call, position: number): Action {
  const action = ACTIONS.get(name.replace(/Sync$/, ''))?.[position]
  // Flags decide whether a file is made anew.
  return action === undefined || (action === 'read' && parameters.some(hasFlags)) ? 'other' : action
}

function hasFlags(parameter: Node): boolean {
  const node = parameter as AnyNode
  if (node.type !== 'ObjectExpression') return false
  return node.properties.some(
    (property) => property.type !== 'Property' || /^flags?$/.test((property.key as Partial<Identifier>).name ?? ''),
  )
}

function hasCallback(call: AnyNode | undefined): boolean {
  const last = call?.type === 'CallExpression' ? call.arguments.at(-1) : undefined
  return last?.type === 'ArrowFunctionExpression' || last?.type === 'FunctionExpression'
}

/** Whether an error of a call goes to a handler: `.catch(…)`, `.then(…, …)`, `.on('error', …)` or `Promise.allSettled([…])`. */
function isCaught(nodes: readonly AnyNode[]): boolean {
  for (let index = nodes.length - 1; index > 0; index--) {
    const [parent, node] = nodes.slice(index - 1, index + 1)
    if (parent?.type === 'CallExpression' && parent.callee === node && node.type === 'MemberExpression') {
      const name = node.property.type === 'Identifier' ? node.property.name : ''
      const [first] = parent.arguments
      if (name === 'catch' || (name === 'then' && parent.arguments.length > 1)) return true
      if ((name === 'on' || name === 'once') && literalOf(first) === 'error') return true
    } else if (parent?.type === 'CallExpression') {
      const { callee } = parent
      return (
        node?.type === 'ArrayExpression' &&
        callee.type === 'MemberExpression' &&
        (callee.property as Partial<Identifier>).name === 'allSettled'
      )
    } else if (parent === undefined || !PASSING.has(parent.type)) return false
  }
  return false
}

/** Expressions whose value is that of a call in them, or has it. */
const PASSING: ReadonlySet<string> = new Set(['MemberExpression', 'AwaitExpression', 'ParenthesizedExpression', 'ArrayExpression'])
/** What may be around a call whose value nobody needs. */
const DISCARDING: ReadonlySet<string> = new Set([
  ...PASSING,
  'CallExpression',
  'UnaryExpression',
  'SequenceExpression',
  'LogicalExpression',
])

/** Whether a call is a statement of the module itself, for which its value is of no use. */
function isMain(nodes: readonly AnyNode[]): boolean {
  const statement = nodes.findLastIndex((node, index) => index < nodes.length - 1 && !DISCARDING.has(node.type))
  return nodes[statement]?.type === 'ExpressionStatement' && !nodes.some(isFunction)
}

/** The names that the functions around the last of these nodes have, or that are given to them. */
function functionNames(nodes: readonly AnyNode[]): string[] {
  return nodes.flatMap((node, index) => {
    if (!isFunction(node)) return []
    return [node.id, receiverOf(nodes[index - 1])].flatMap((name) => (name?.type === 'Identifier' ? [name.name] : []))
  })
}
