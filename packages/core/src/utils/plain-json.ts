/** Characters that a terminal acts on, or that hide or reorder text. */
const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** A command to a CI system, anywhere in a line. */
const COMMAND = /#(?=#\w*\[)/g

/** A value as JSON of several lines that is safe to print: it means the same, with some characters as escapes. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(UNSAFE, escapeUnits).replace(COMMAND, escapeUnits)
}

function escapeUnits(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
