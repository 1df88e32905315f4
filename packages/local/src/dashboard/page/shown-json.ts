/** Fields whose values are secret, in manifests, records, templates and parameters. */
const SECRET = /^(?:token|password|secret|secret_?key|api_?key|access_?token)$/i

/** The login in an address, up to the last `@` before its path. */
const LOGIN = /(:\/\/)[^\s/?#:]*:[^\s/?#]*@/g

const MASK = '••••••'

/** Characters. Indented, a small file that is nested deeply would be thousands of times as long. */
const MAX_INDENTED = 1_000_000

/** A value as JSON that a page may show: without the token of a registry, and without passwords. Indented, unless that is far longer. */
export function shownJson(value: unknown): string {
  return jsonText(value, mask)
}

/** The same on one line. */
export function shownJsonLine(value: unknown): string {
  return JSON.stringify(value, mask)
}

/** An address without the password in it. */
export function shownAddress(value: unknown): string {
  return typeof value === 'string' ? value.replace(LOGIN, `$1${MASK}@`) : ''
}

/** A value as JSON with all that is in it, for a form that sends it back. */
export function formJson(value: unknown): string {
  return jsonText(value)
}

/** JSON as it may be shown; the same text if nothing in it is secret. @throws {SyntaxError} if it is no JSON */
export function maskedJson(json: string): string {
  const value: unknown = JSON.parse(json)
  const masked = JSON.stringify(value, mask)
  return masked === JSON.stringify(value) ? json : `${JSON.stringify(JSON.parse(masked), null, 2)}\n`
}

function mask(name: string, value: unknown): unknown {
  if (typeof value === 'number') return SECRET.test(name) ? MASK : value
  if (typeof value !== 'string' || value === '') return value
  return SECRET.test(name) ? MASK : shownAddress(value)
}

function jsonText(value: unknown, replacer?: (name: string, value: unknown) => unknown): string {
  try {
    const text = JSON.stringify(value, replacer)
    return indentedLength(text) > MAX_INDENTED ? text : JSON.stringify(value, replacer, 2)
  } catch (error) {
    if (error instanceof RangeError) return '"This is nested too deeply to be shown."'
    throw error
  }
}

function indentedLength(json: string): number {
  let [length, depth, isInString] = [json.length, 0, false]
  for (let index = 0; index < json.length; index++) {
    const character = json[index]
    if (isInString) {
      if (character === '\\') index++
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === '[' || character === '{') length += 1 + 2 * ++depth
    else if (character === ',') length += 1 + 2 * depth
    else if (character === ']' || character === '}') length += 1 + 2 * --depth
  }
  return length
}
