import { expect } from 'vitest'

/**
 * What a platform, an archive or a package could send: it would set the title and the colours of a terminal, begin lines of
 * its own, annotate a CI run, and reverse or hide what follows. On POSIX systems it is also a valid file name. All of it is
 * within the 100 characters to which fields of a record are cut.
 */
export const foreign =
  'begin\u001b]0;title\u0007\u009b31m\r\u0085\u2028\u2029\u202e\u2066\u2069\u200b\ufeff\u00ad\u{e0041}' +
  '\nforged line\n::error title=x::forged\n##[error]x ##vso[x]'

/** How the beginning of {@link foreign} is shown. */
const shown = 'begin\\u001b]0;t'

/** Listed one by one, unlike in the code that makes text plain. */
const UNSAFE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Makes sure that nothing in a text can mislead a terminal, a CI system or a reader. Line breaks must be our own. */
export function expectPlain(text: string): void {
  const characters = Array.from(text.matchAll(UNSAFE), ([character]) => `U+${character.codePointAt(0)?.toString(16).padStart(4, '0')}`)
  expect(characters, text).toEqual([])
  const forged = text.split('\n').filter((line) => /^\s*(?:::|forged)|##\w*\[/.test(line))
  expect(forged, text).toEqual([])
}

/** {@link expectPlain} for a text that shows {@link foreign}, or at least its beginning. */
export function expectForeignIsPlain(text: string): void {
  expect(text).toContain(shown)
  expectPlain(text)
}
