/** Shows text from elsewhere, such as a file name, within one line: control and formatting characters become escapes. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) as number
    return `\\u{${code.toString(16)}}`
  })
}
