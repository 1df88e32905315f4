/**
 * Characters that a terminal acts on, that break a line, or that hide or reorder text. Joiners and variation selectors stay,
 * because many scripts and emoji need them.
 */
const UNSAFE = /(?!\u200c|\u200d|[\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Commands to CI systems: `::error::` at the start of a line, and `##[error]` or `##vso[…]` anywhere in it. */
const COMMAND = /^\s*:(?=:)|#(?=#\w*\[)/g

/**
 * Makes foreign text safe to print within a line: text from a platform, an archive, a package or a file name. Shows control
 * characters, line breaks and invisible format characters as escapes, such as `\n`, `\u001b` and `\u202e`, and disarms
 * commands to CI systems in the same way. All other text stays as it is, so that a second pass changes nothing.
 */
export function plainText(text: string): string {
  return text.replace(UNSAFE, escape).replace(COMMAND, (start) => start.slice(0, -1) + escape(start.slice(-1)))
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** As JSON writes it, so that a text that has been through JSON looks the same. */
function escape(character: string): string {
  const digits = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')
  return SHORT[character] ?? (digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`)
}
