import { parse, type AnyNode, type Program } from 'acorn'
import { fullAncestor } from 'acorn-walk'
import { namesFiles } from './file-references.js'
import { isFunction, isOwnPath, receiverOf } from './nodes.js'
import { skeletonOf } from './skeleton.js'
import { asksFirst, syntaxOf, type ModuleSyntax } from './syntax.js'

/** Characters. Less code is parsed as a whole, which takes no time to speak of. */
const SHORT = 100_000

/** @returns `undefined` if the parser does not understand the code */
export function readModuleSyntax(code: string): ModuleSyntax | undefined {
  return (code.length > SHORT ? readSkeleton(code) : undefined) ?? readWhole(code)
}

function readWhole(code: string): ModuleSyntax | undefined {
  const program = parseAny(code)
  return program && syntaxOf(program, code)
}

/** Times that a path is followed from one variable to the next. */
const MAX_ROUNDS = 5

/** @returns `undefined` if only the whole code can tell */
export function readSkeleton(code: string): ModuleSyntax | undefined {
  const base = decisiveWords(code)
  const words = new Set(base)
  const paths = new Set<string>()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const skeleton = skeletonOf(code, [...words])
    const program = skeleton && parseAny(skeleton.code)
    if (program === undefined) return undefined
    const known = words.size
    if (namesFiles(code)) followPaths(program, base, paths, words)
    if (words.size > known) continue
    const syntax = syntaxOf(program, code, skeleton?.offsetOf)
    // Which of the bundled modules are called is not in the skeleton.
    return syntax.commonJsNeed?.isUncertain === true ? undefined : syntax
  }
  return undefined
}

/** All names that {@link syntaxOf} looks for. */
function decisiveWords(code: string): Set<string> {
  const makers = ['createRequire', ...Array.from(code.matchAll(/\bcreateRequire\s+as\s+([\w$]+)/g), ([, name = '']) => name)]
  return new Set([
    ...['import', 'export', 'require', '__require', '__dirname', '__filename'],
    ...(asksFirst(code) ? [] : ['module', 'exports']),
    ...makers,
    ...namesAssigned(code, makers),
  ])
}

/** What may stand between a name and the function that gives it its value. */
const ASSIGNMENT = /([\w$]+)\s*=\s*(?:\/\*[^*]*\*\/\s*)?(?:[\w$]+\s*\.\s*)*$/
const ASSIGNMENT_LENGTH = 200

/** Names that are given the result of one of these functions. */
function namesAssigned(code: string, functions: readonly string[]): string[] {
  const names = functions.map((name) => name.replaceAll('$', String.raw`\$`)).join('|')
  const calls = code.matchAll(new RegExp(String.raw`(?:${names})\s*\(`, 'g'))
  return Array.from(calls, ({ index }) => {
    return ASSIGNMENT.exec(code.slice(Math.max(index - ASSIGNMENT_LENGTH, 0), index))?.[1] ?? ''
  }).filter((name) => name !== '')
}

/**
 * Adds the names that decide what becomes of a module's own path.
 * @param base names with which code does not make a path of it
 * @param paths the variables with such a path, or with one made of it
 * @param words these, and the functions around them
 */
function followPaths(program: Program, base: ReadonlySet<string>, paths: Set<string>, words: Set<string>): void {
  const known = new Set(paths)
  fullAncestor(program, (visited, _state, visitedAncestors) => {
    const [node, ancestors] = [visited as AnyNode, visitedAncestors as AnyNode[]]
    if (node.type === 'Identifier' ? !isOwnPath(node.name) && !known.has(node.name) : !isOwnUrl(node, ancestors, base)) return
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

/** Whether it is `import.meta`, and not an argument of `createRequire`. */
function isOwnUrl(node: AnyNode, ancestors: readonly AnyNode[], base: ReadonlySet<string>): boolean {
  if (node.type !== 'MetaProperty') return false
  const call = ancestors.at(-3)
  return !(call?.type === 'CallExpression' && call.callee.type === 'Identifier' && base.has(call.callee.name))
}

function parseAny(code: string): Program | undefined {
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
