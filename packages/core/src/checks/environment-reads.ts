import { parse, type AnyNode } from 'acorn'
import { fullAncestor } from 'acorn-walk'
import type { Finding } from './codes.js'

/** One of the project's own modules, after the bundler's transforms. */
export interface SourceModule {
  /** Its path, for messages. */
  file: string
  code: string
}

/** Variables that the platform sets in a container: https://docs.bytenite.com */
const PLATFORM =
  'SOURCE_DIR CHUNKS_DIR TASK_DIR TASK_RESULTS_DIR OUTPUT_DIR PARTITIONER_PARAMS APP_PARAMS ASSEMBLER_PARAMS USER_CACHE_DIR SHARED_CACHE_DIR'.split(
    ' ',
  )
/** Variables that a system or an image sets, or that are optional. */
const SYSTEM =
  /^(?:PATH|HOME|PWD|USER|SHELL|HOSTNAME|LANG|LC_\w+|TZ|TERM|TMPDIR|TEMP|TMP|CI|DEBUG|NO_COLOR|FORCE_COLOR|NODE_\w+|npm_\w+|VITEST\w*)$/

/** Finds environment variables that the project's code reads without a default, although nothing sets them. */
export function findUnknownVariables(modules: readonly SourceModule[], secrets: readonly string[]): Finding[] {
  const known = new Set([...PLATFORM, ...secrets])
  return modules.flatMap(({ file, code }) => {
    const names = readVariables(code).filter((name) => !known.has(name) && !SYSTEM.test(name))
    return [...new Set(names)].map((name) => ({
      code: 'unknown-variable' as const,
      message: `${file} reads process.env.${name}, which nothing sets in the container.`,
    }))
  })
}

/** Names of `process.env` that the code reads, but never sets, tests or gives a default. */
function readVariables(code: string): string[] {
  const read: string[] = []
  const optional = new Set<string>()
  let program
  try {
    program = parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })
  } catch {
    // The parser does not support this syntax.
    return []
  }
  fullAncestor(program, (visited, _state, ancestors) => {
    const node = visited as AnyNode
    const parent = ancestors.at(-2) as AnyNode | undefined
    if (node.type === 'MemberExpression' && isProcessEnv(node.object as AnyNode)) {
      const name = nameOf(node.property as AnyNode, node.computed)
      if (name === undefined) return
      if (parent !== undefined && isOptional(node, parent)) optional.add(name)
      else read.push(name)
    } else if (node.type === 'VariableDeclarator' && node.id.type === 'ObjectPattern' && node.init && isProcessEnv(node.init as AnyNode)) {
      for (const property of node.id.properties) {
        if (property.type !== 'Property' || (property.value as AnyNode).type === 'AssignmentPattern') continue
        const name = nameOf(property.key as AnyNode, property.computed)
        if (name !== undefined) read.push(name)
      }
    }
  })
  return read.filter((name) => !optional.has(name))
}

function isOptional(node: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'LogicalExpression':
      return parent.left === node
    case 'AssignmentExpression':
      return parent.left === node
    case 'IfStatement':
    case 'ConditionalExpression':
      return parent.test === node
    case 'UnaryExpression':
    case 'BinaryExpression':
      return true
    default:
      return false
  }
}

function isProcessEnv(node: AnyNode): boolean {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'process' &&
    nameOf(node.property as AnyNode, node.computed) === 'env'
  )
}

function nameOf(key: AnyNode, isComputed: boolean): string | undefined {
  if (!isComputed && key.type === 'Identifier') return key.name
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined
}
