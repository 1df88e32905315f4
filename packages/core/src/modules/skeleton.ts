/**
 * Removes the declarations in JavaScript that contain none of some words, and empties the other braces without one. What is left
 * has the same syntax around each word, so that a parser says the same of the words in a fraction of the time: few places in
 * the megabytes of a bundle decide how it must be loaded.
 *
 * Follows strings, templates, comments, regular expressions and brackets, but no grammar. Where it misreads something, the
 * brackets do not match, or the parser fails.
 * @param words names
 * @returns `undefined` if the brackets do not match
 */
export function skeletonOf(code: string, words: readonly string[]): Skeleton | undefined {
  const removed = findWordless(code, words)
  if (removed === undefined) return undefined
  const pieces: string[] = []
  let position = 0
  for (const { start, end } of removed) {
    pieces.push(code.slice(position, start))
    position = end
  }
  return { code: `${pieces.join('')}${code.slice(position)}`, offsetOf: (offset) => offsetBefore(removed, offset) }
}

export interface Skeleton {
  code: string
  /** The offset in the whole code of one in the skeleton. */
  offsetOf(offset: number): number
}

function offsetBefore(removed: readonly Range[], offset: number): number {
  let whole = offset
  for (const { start, end } of removed) {
    if (start > whole) break
    whole += end - start
  }
  return whole
}

interface Range {
  start: number
  end: number
}

/** A place in the code, and how many words come before it. */
interface Mark {
  at: number
  words: number
}

interface Bracket extends Mark {
  kind: 'file' | '(' | '{' | '${'
  /** The declaration among its statements that began last. */
  declaration?: Mark
}

function findWordless(code: string, words: readonly string[]): Range[] | undefined {
  const next = stopsAt(words)
  const ranges: Range[] = []
  const open: Bracket[] = [{ kind: 'file', at: -1, words: 0 }]
  let passed = 0
  /** The bracket that was closed last. */
  let closed: Bracket | undefined
  /** The last comment, together with those right before it. */
  let comment: Range = { start: -1, end: -1 }
  const remove = (from: Mark | undefined, end: number): void => {
    if (from?.words !== passed) return
    while ((ranges.at(-1)?.start ?? -1) > from.at) ranges.pop()
    ranges.push({ start: from.at, end })
  }
  while (next.test(code)) {
    const at = next.lastIndex - 1
    const innermost = open.at(-1) as Bracket
    let end: number | undefined = at + 1
    switch (code[at]) {
      case '"':
      case "'":
        end = endOfString(code, end, code[at])
        break
      case '`':
        end = endOfTemplate(code, end)
        break
      case '/':
        end = endOfComment(code, at)
        if (end === undefined) end = divides(code, at, closed, comment) ? at + 1 : endOfRegularExpression(code, at + 1)
        else comment = { start: spaceBefore(code, at) === comment.end ? comment.start : at, end: spaceBefore(code, end) }
        break
      case '(':
        open.push({ kind: '(', at, words: passed })
        break
      case '{':
        // The names of exports decide nothing, and a parser would look for their declarations.
        end = code.startsWith('export', spaceBefore(code, at) - 6) ? endOf(code, '}', at) - 1 : end
        open.push({ kind: '{', at, words: passed })
        break
      case ')':
      case '}':
        if (innermost.kind === 'file' || (innermost.kind === '(') !== (code[at] === ')')) return undefined
        remove(innermost.declaration, at)
        if (innermost.kind === '{') remove({ ...innermost, at: innermost.at + 1 }, at)
        if (innermost.kind === '${') end = endOfTemplate(code, end)
        closed = open.pop()
        break
      case ' ': {
        // After the keyword of a declaration, in a line of its own.
        const start = code.lastIndexOf('\n', at) + 1
        if (!';}'.includes(code[codeBefore(code, start, comment) - 1] ?? ';')) break
        remove(innermost.declaration, start)
        innermost.declaration = { at: start, words: passed }
        break
      }
      default:
        passed++
    }
    if (end === undefined) return undefined
    if (end > at + 1 && code.startsWith('${', end - 2)) open.push({ kind: '${', at: end - 1, words: passed })
    next.lastIndex = end
  }
  remove(open[0]?.declaration, code.length)
  return open.length === 1 ? ranges : undefined
}

/** Finds the next word, or the next character that may change what brackets mean. */
function stopsAt(words: readonly string[]): RegExp {
  const names = words.map((word) => word.replaceAll('$', String.raw`\$`)).join('|')
  const declarations = String.raw`\n[\t ]*(?:var|let|const|class|(?:async )?function) `
  return new RegExp(String.raw`["'\`/(){}]|(?<![\w$])(?:${names})(?![\w$])|${declarations}`, 'g')
}

/** @returns the position after the closing quote */
function endOfString(code: string, start: number, quote: string): number | undefined {
  let at = code.indexOf(quote, start)
  while (at !== -1 && isEscaped(code, at)) at = code.indexOf(quote, at + 1)
  return at === -1 ? undefined : at + 1
}

function isEscaped(code: string, at: number): boolean {
  let backslashes = 0
  while (code[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

/** @returns the position after the closing backtick, or after the `${` of the next substitution */
function endOfTemplate(code: string, start: number): number | undefined {
  const stop = /[`\\]|\$\{/g
  stop.lastIndex = start
  while (stop.test(code)) {
    if (code[stop.lastIndex - 1] !== '\\') return stop.lastIndex
    stop.lastIndex++
  }
  return undefined
}

/** @returns `undefined` if no comment begins here */
function endOfComment(code: string, at: number): number | undefined {
  if (code[at + 1] === '/') return endOf(code, '\n', at)
  return code[at + 1] === '*' ? endOf(code, '*/', at + 2) : undefined
}

/** The end of the next such text, or of the code. */
function endOf(code: string, text: string, start: number): number {
  const at = code.indexOf(text, start)
  return at === -1 ? code.length : at + text.length
}

function endOfRegularExpression(code: string, start: number): number | undefined {
  const stop = /[[\]/\\\n]/g
  stop.lastIndex = start
  let isInClass = false
  while (stop.test(code)) {
    const character = code[stop.lastIndex - 1]
    if (character === '\n') return undefined
    if (character === '\\') stop.lastIndex++
    else if (character !== '/') isInClass = character === '['
    else if (!isInClass) return stop.lastIndex
  }
  return undefined
}

/** After these, and operators, an expression begins. */
const BEFORE_EXPRESSION = /(?<![\w$.])(?:return|typeof|case|in|of|instanceof|new|delete|void|throw|do|else|yield|await|default)$/
const CONDITION = /(?<![\w$.])(?:if|while|for|with)$/
/** The longest of these words, and a character before it. */
const WORD_LENGTH = 12

/** Whether the slash follows the end of an expression. */
function divides(code: string, slash: number, closed: Bracket | undefined, comment: Range): boolean {
  const end = codeBefore(code, slash, comment)
  const last = code[end - 1] ?? ''
  if (/[\w$]/.test(last) || last > '\u007f') return !BEFORE_EXPRESSION.test(wordsBefore(code, end))
  if (last === ')') return !CONDITION.test(wordsBefore(code, spaceBefore(code, closed?.at ?? 0)))
  if (last === '}') return !isBlock(code, closed?.at ?? 0)
  if (last === '+' || last === '-') return code[end - 2] === last
  return last !== '' && '"\'`]'.includes(last)
}

/** Whether a brace begins a block, not an object. */
function isBlock(code: string, brace: number): boolean {
  const end = spaceBefore(code, brace)
  const before = wordsBefore(code, end)
  return /(?:^|[;{})]|=>|[\w$])$/.test(before) && !/(?<![\w$.])(?:return|typeof|in|of|instanceof|throw|yield|await)$/.test(before)
}

/** The end of the code before a position, without the comment there. */
function codeBefore(code: string, position: number, comment: Range): number {
  const end = spaceBefore(code, position)
  return end === comment.end ? spaceBefore(code, comment.start) : end
}

/** Where the spaces before a position begin. */
function spaceBefore(code: string, position: number): number {
  let end = position
  while (end > 0 && code.charCodeAt(end - 1) <= 32) end--
  return end
}

function wordsBefore(code: string, end: number): string {
  return code.slice(Math.max(end - WORD_LENGTH, 0), end)
}
