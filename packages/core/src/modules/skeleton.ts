/**
 * JavaScript without the declarations that contain none of some words, and with nothing in the other braces without one. What
 * is left has the same syntax around each word, so that a parser says the same of the words in a fraction of the time: few
 * places in the megabytes of a bundle decide how it must be loaded.
 */
export interface Skeleton {
  code: string
  /** The offset in the whole code of one in the skeleton. */
  offsetOf(offset: number): number
}

/**
 * Finds the parts of code that can be left out. Follows strings, templates, comments, regular expressions and brackets, but no
 * grammar. Where it misreads something, the brackets do not match, or a parser fails.
 * @returns makes a skeleton for some names, and those that it was asked for before; `undefined` if the brackets do not match
 */
export function readParts(code: string): ((words: Iterable<string>) => Skeleton) | undefined {
  const found = findParts(code)
  if (found === undefined) return undefined
  const known = new Set<string>()
  /** Where the known words are. */
  let places: number[] = []
  return (words) => {
    const added = Array.from(words).filter((word) => !known.has(word))
    for (const word of added) known.add(word)
    if (added.length > 0) places = [...places, ...findWords(code, added, found.texts)].toSorted((a, b) => a - b)
    const removed = withoutWords(found.parts, places)
    const pieces: string[] = []
    let position = 0
    for (const { start, end } of removed) {
      pieces.push(code.slice(position, start))
      position = end
    }
    return { code: `${pieces.join('')}${code.slice(position)}`, offsetOf: (offset) => offsetBefore(removed, offset) }
  }
}

interface Range {
  start: number
  end: number
}

/** A part that can be left out if no word is in it, or in any case. Each comes after those in it. */
interface Part extends Range {
  isNeedless?: boolean
}

/** The positions of the words in code, not in a text, that are not the name of a property. */
function findWords(code: string, words: readonly string[], texts: readonly number[]): number[] {
  const names = words.map((word) => word.replaceAll('$', String.raw`\$`)).join('|')
  const found = code.matchAll(new RegExp(String.raw`(?:${names})(?![\w$])`, 'g'))
  return Array.from(found)
    .filter(({ index, 0: word }) => {
      const isName = !isPartOrProperty(code, index) && !isKey(code, index, index + word.length)
      return isName && firstFrom(index + 1, texts) % 2 === 0
    })
    .map(({ index }) => index)
}

/** Whether a name goes on here, or follows the dot of an object. A regular expression's own test of what is before is slow. */
function isPartOrProperty(code: string, start: number): boolean {
  const before = code.slice(Math.max(start - 3, 0), start)
  return /[\w$]$/.test(before) || (before.endsWith('.') && before !== '...')
}

/** Whether a name in an object is that of a property. */
function isKey(code: string, start: number, end: number): boolean {
  return /^\s*:/.test(code.slice(end, end + 10)) && '{,'.includes(code[spaceBefore(code, start) - 1] ?? ' ')
}

/** The outermost parts without a word. */
function withoutWords(parts: readonly Part[], words: readonly number[]): Range[] {
  const removed: Range[] = []
  for (const part of parts) {
    const { start, end, isNeedless } = part
    const next = words[firstFrom(start, words)] ?? Infinity
    if (next < end && isNeedless !== true) continue
    while ((removed.at(-1)?.start ?? -1) >= start) removed.pop()
    removed.push(part)
  }
  return removed
}

/** Index of the first of some ascending numbers that is not below a limit. */
function firstFrom(limit: number, numbers: readonly number[]): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] as number) < limit) low = middle + 1
    else high = middle
  }
  return low
}

function offsetBefore(removed: readonly Range[], offset: number): number {
  let whole = offset
  for (const { start, end } of removed) {
    if (start > whole) break
    whole += end - start
  }
  return whole
}

interface Bracket {
  kind: 'file' | '(' | '{' | '${'
  at: number
  /** Where the declaration among its statements began that is the last so far. */
  declaration?: number
}

interface Found {
  parts: Part[]
  /** Where each string, comment and the like starts and ends, in turn. */
  texts: number[]
}

/** The characters that may change what brackets mean, and the spaces after the keywords of declarations in lines of their own. */
const STOP = /["'`/(){}]|\n[\t ]*(?:var|let|const|class|(?:async )?function) /g

function findParts(code: string): Found | undefined {
  const next = new RegExp(STOP)
  const parts: Part[] = []
  const texts: number[] = []
  const open: Bracket[] = [{ kind: 'file', at: -1 }]
  /** The bracket that was closed last. */
  let closed: Bracket | undefined
  /** The last comment, together with those right before it. */
  let comment: Range = { start: -1, end: -1 }
  const endDeclaration = ({ declaration }: Bracket, end: number): void => {
    if (declaration !== undefined) parts.push({ start: declaration, end })
  }
  while (next.test(code)) {
    const at = next.lastIndex - 1
    const innermost = open.at(-1) as Bracket
    let end: number | undefined = at + 1
    switch (code[at]) {
      case '"':
      case "'":
        end = endOfString(code, end, code[at])
        texts.push(at, end ?? at)
        break
      case '`':
        end = endOfTemplate(code, end)
        texts.push(at, end ?? at)
        break
      case '/':
        end = endOfComment(code, at)
        if (end === undefined) end = divides(code, at, closed, comment) ? at + 1 : endOfRegularExpression(code, at + 1)
        else comment = { start: spaceBefore(code, at) === comment.end ? comment.start : at, end: spaceBefore(code, end) }
        texts.push(at, end ?? at)
        break
      case '(':
        open.push({ kind: '(', at })
        break
      case '{':
        open.push({ kind: '{', at })
        break
      case ')':
      case '}':
        if (innermost.kind === 'file' || (innermost.kind === '(') !== (code[at] === ')')) return undefined
        endDeclaration(innermost, at)
        if (innermost.kind === '{') parts.push({ start: innermost.at + 1, end: at, isNeedless: isExport(code, innermost.at) })
        if (innermost.kind === '${') {
          end = endOfTemplate(code, end)
          texts.push(at, end ?? at)
        }
        closed = open.pop()
        break
      default: {
        const start = code.lastIndexOf('\n', at) + 1
        if (!';}'.includes(code[codeBefore(code, start, comment) - 1] ?? ';')) break
        endDeclaration(innermost, start)
        innermost.declaration = start
      }
    }
    if (end === undefined) return undefined
    if (end > at + 1 && code.startsWith('${', end - 2)) open.push({ kind: '${', at: end - 1 })
    next.lastIndex = end
  }
  endDeclaration(open[0] as Bracket, code.length)
  return open.length === 1 ? { parts, texts } : undefined
}

/** Whether names of exports are in a brace. They decide nothing, and a parser would look for their declarations. */
function isExport(code: string, brace: number): boolean {
  return code.startsWith('export', spaceBefore(code, brace) - 6)
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
