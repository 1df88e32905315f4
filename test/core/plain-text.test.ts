import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { assert, constantFrom, oneof, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { expectForeignIsPlain, expectPlain, foreign } from '../helpers/foreign-text.ts'
import { repository } from '../helpers/project.ts'

test.each([
  ['a\nb\r\nc\td', 'a\\nb\\r\\nc\\td'],
  ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['\u009b31m\u007f\0', '\\u009b31m\\u007f\\u0000'],
  ['invoice\u202efdp.exe', 'invoice\\u202efdp.exe'],
  ['a\u2066b\u2069', 'a\\u2066b\\u2069'],
  ['in\u200bactive\ufeff', 'in\\u200bactive\\ufeff'],
  ['\u2028\u2029\u0085', '\\u2028\\u2029\\u0085'],
  ['hidden\u{e0041}', 'hidden\\u{e0041}'],
  ['::error::x', '\\u003a:error::x'],
  ['  ::error::x', '  \\u003a:error::x'],
  ['##[error]x', '\\u0023#[error]x'],
  ['x ##vso[task.complete] ##teamcity[x]', 'x \\u0023#vso[task.complete] \\u0023#teamcity[x]'],
])('%j is shown as %s', (text, shown) => {
  expect(plainText(text)).toBe(shown)
})

test.each([
  'src/main.js',
  'C:\\Users\\x\\new',
  'a\u00a0b',
  'été 漢字 עברית العربية',
  'می\u200cخواهم',
  '👩\u200d👩\u200d👧 ❤\ufe0f',
  'std::vector, x::y::z',
  '## [1.2.0] - #[derive(Debug)]',
])('%s stays as it is', (text) => {
  expect(plainText(text)).toBe(text)
})

test('the scaffolder, which does not depend on the uploader, has the same function', async () => {
  const [ours, theirs] = await Promise.all(
    ['core/src/plain-text.ts', 'create/src/cli/plain-text.ts'].map((file) => readFile(join(repository, 'packages', file), 'utf8')),
  )
  expect(theirs).toBe(ours)
})

test('no character of Unicode is left that could mislead', () => {
  let all = ''
  for (let point = 0; point <= 0x10ffff; point++) if (point < 0xd800 || point > 0xdfff) all += String.fromCodePoint(point)
  expectPlain(plainText(all))
})

test('whatever the text, the result is plain, and a second pass changes nothing', () => {
  const pieces = constantFrom(...foreign, ':', '#', '[', ' ', 'a')
  assert(
    property(string({ unit: oneof(pieces, string({ unit: 'binary', maxLength: 1 })) }), (text) => {
      const plain = plainText(text)
      expectPlain(plain)
      expect(plainText(plain)).toBe(plain)
    }),
  )
  expectForeignIsPlain(plainText(foreign))
})
