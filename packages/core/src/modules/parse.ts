import { parse, type AnyNode, type Program } from 'acorn'
import { fullAncestor } from 'acorn-walk'
import { namesFiles } from './file-references.js'
import { isFunction, isOwnPath, receiverOf } from './nodes.js'
import { readParts } from './skeleton.js'

/** The parts of some code that decide something. */
export interface Decisive {
  program: Program
  /** The offset in the code of one in the program. */
  offsetOf: (offset: number) => number
}

/** Times that a path is followed from one variable to the next. */
const MAX_ROUNDS = 5

/**
 * Parses the parts of code with some words, and with the names by which a module's own path is known.
 * @param words not such names
 * @param asIs whether the code runs as it is: then an ES module has no path in a variable that only CommonJS has
 * @returns `undefined` if only the whole code can tell
 */
export function parseDecisive(code: string, words: ReadonlySet<string>, asIs: boolean): Decisive | undefined {
  const skeletonFor = readParts(code)
  if (skeletonFor === undefined) return undefined
  const hasPaths = namesFiles(code)
  const wanted = new Set(words)
  const paths = new Set<string>()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const skeleton = skeletonFor(wanted)
    const program = parseAny(skeleton.code)
    if (program === undefined) return undefined
    const known = wanted.size
    if (hasPaths) followPaths(program, words, paths, wanted, !(asIs && hasModuleSyntax(program)))
    if (wanted.size === known) return { program, offsetOf: skeleton.offsetOf }
  }
  return undefined
}

/**
 * Adds the names that decide what becomes of a module's own path.
 * @param base names with which code does not make a path of it
 * @param paths the variables with such a path, or with one made of it
 * @param words these, and the functions around them
 * @param hasVariables whether CommonJS's variables have such a path
 */
function followPaths(program: Program, base: ReadonlySet<string>, paths: Set<string>, words: Set<string>, hasVariables: boolean): void {
  const known = new Set(paths)
  const isPath = (name: string): boolean => known.has(name) || (hasVariables && isOwnPath(name))
  fullAncestor(program, (visited, _state, visitedAncestors) => {
    const [node, ancestors] = [visited as AnyNode, visitedAncestors as AnyNode[]]
    if (node.type === 'Identifier' ? !isPath(node.name) : !isOwnUrl(node, ancestors, base)) return
    const outer = ancestors.findLastIndex(isFunction)
    for (const [index, ancestor] of ancestors.entries()) {
      const isVariable = index > outer
      const name = isVariable ? receiverOf(ancestor) : isFunction(ancestor) ? (ancestor.id ?? receiverOf(ancestors[index - 1])) : undefined
      if (name?.type !== 'Identifier') continue
      words.add(name.name)
      if (isVariable) paths.add(name.name)
    }
  })
}

function hasModuleSyntax({ body }: Program): boolean {
  return body.some(({ type }) => type === 'ImportDeclaration' || /^Export(?:Named|Default|All)Declaration$/.test(type))
}

/** Whether it is `import.meta`, and not an argument of `createRequire`. */
function isOwnUrl(node: AnyNode, ancestors: readonly AnyNode[], base: ReadonlySet<string>): boolean {
  if (node.type !== 'MetaProperty') return false
  const call = ancestors.at(-3)
  return !(call?.type === 'CallExpression' && call.callee.type === 'Identifier' && base.has(call.callee.name.replace(/\$\d+$/, '')))
}

/** @returns `undefined` if the parser does not understand the code */
export function parseAny(code: string): Program | undefined {
  const options = { ecmaVersion: 'latest', allowHashBang: true } as const
  try {
    return parse(code, { ...options, sourceType: 'module' })
  } catch {
    try {
      return parse(code, { ...options, sourceType: 'script', allowReturnOutsideFunction: true })
    } catch {
      // Syntax that is newer than the parser is not an error.
      return undefined
    }
  }
}
