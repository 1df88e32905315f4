import { plainText } from 'bytenite-uploader/internal/plain-text'

/** Characters that may mislead. */
const SUSPECT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const LAYOUT = new Set(['\n', '\r', '\t'])

/** As `plainText`, for a page instead of a terminal: line breaks and tabs stay, and so does what only a CI system acts on. */
export function visibleText(text: string): string {
  return text.replace(SUSPECT, (character) => (LAYOUT.has(character) ? character : plainText(character)))
}
