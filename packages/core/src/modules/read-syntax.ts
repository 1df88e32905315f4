import { parseAny, parseDecisive } from './parse.js'
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

/** @returns `undefined` if only the whole code can tell */
function readSkeleton(code: string): ModuleSyntax | undefined {
  const decisive = parseDecisive(code, decisiveWords(code), true)
  const syntax = decisive && syntaxOf(decisive.program, code, decisive.offsetOf)
  // Which of the bundled modules are called is not in the skeleton.
  return syntax?.commonJsNeed?.isUncertain === true ? undefined : syntax
}

/** All names that {@link syntaxOf} looks for. */
function decisiveWords(code: string): Set<string> {
  const makers = ['createRequire', ...Array.from(code.matchAll(/\bcreateRequire\s+as\s+([\w$]+)/g), ([, name = '']) => name)]
  return new Set([
    'import',
    'export',
    'require',
    '__require',
    '__dirname',
    '__filename',
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
