import { tokenizer, tokTypes, type Token } from 'acorn'

/**
 * JavaScript without what two bundlers or minifiers may write otherwise: comments, blanks, quotes, semicolons, and the names of
 * variables. Two texts with the same shape do the same.
 * @returns `undefined` for what is no JavaScript
 */
export function codeShape(code: string): string | undefined {
  const names = new Map<string, number>()
  const parts: string[] = []
  let before: Token | undefined
  try {
    for (const token of tokenizer(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })) {
      if (token.type !== tokTypes.semi) parts.push(partOf(token, before, names))
      before = token
    }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return parts.join(' ')
}

function partOf(token: Token, before: Token | undefined, names: Map<string, number>): string {
  // Its declarations leave the value out.
  const { type, value } = token as Token & { value?: unknown }
  if (type !== tokTypes.name) return value === undefined ? type.label : `${type.label} ${describe(value)}`
  const name = String(value)
  // What is a property, or known everywhere, has the same name for every bundler.
  if (before?.type === tokTypes.dot || before?.type === tokTypes.questionDot || name in globalThis) return name
  if (!names.has(name)) names.set(name, names.size)
  return `name ${names.get(name)}`
}

function describe(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)
}
