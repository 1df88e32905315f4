import { expect, test } from 'vitest'
import { cutAtLineEnds } from '../src/cut-at-line-ends.js'

/** The chunks of a text that comes in pieces. */
async function chunksOf(pieces: string[], chunkSize: number): Promise<string[]> {
  const text = async function* () {
    for (const piece of pieces) yield Buffer.from(piece)
  }
  const chunks: string[] = []
  for await (const { bytes, startsChunk } of cutAtLineEnds(text(), chunkSize)) {
    if (startsChunk) chunks.push('')
    chunks[chunks.length - 1] += String(bytes)
  }
  return chunks
}

test.each<[string[], number, string[]]>([
  [['a\nb\nc\n'], 1, ['a\n', 'b\n', 'c\n']],
  [['a\nb\nc\n'], 2, ['a\n', 'b\n', 'c\n']],
  [['a\nb\nc\n'], 3, ['a\nb\n', 'c\n']],
  [['a\nb\nc'], 100, ['a\nb\nc']],
  [['a\nb\nc'], 4, ['a\nb\n', 'c']],
  [['a long line\nb\n'], 3, ['a long line\n', 'b\n']],
  [['a', '\n', '', 'b', '\nc\n'], 2, ['a\n', 'b\n', 'c\n']],
  [['no line end'], 3, ['no line end']],
  [[''], 3, []],
  [[], 3, []],
])('%j in chunks of %d', async (pieces, chunkSize, expected) => {
  expect(await chunksOf(pieces, chunkSize)).toEqual(expected)
})

test('however a text comes, its chunks are the same', async () => {
  const text = Array.from({ length: 200 }, (_, line) => 'é'.repeat(line % 17) + '\n').join('')
  const whole = await chunksOf([text], 50)
  expect(whole.join('')).toBe(text)
  for (const length of [1, 7, 49, 50, 51]) {
    const pieces = text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []
    expect(await chunksOf(pieces, 50)).toEqual(whole)
  }
})
