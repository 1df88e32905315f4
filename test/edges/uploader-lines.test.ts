import { expect, test } from 'vitest'
import { createLineCounter } from 'bytenite-uploader/internal/archive-contents'

test('lines are counted until all texts together took too long', async () => {
  const many = (salt: number): string => Array.from({ length: 20_000 }, (_, index) => Math.sin(index + salt)).join('\n')
  const countLines = createLineCounter(50)
  expect(await countLines('a\nb\n', 'a\nc\nd\n')).toEqual({ added: 2, removed: 1 })
  expect(await countLines(many(0.1), many(0.2))).toBeUndefined()
  expect(await countLines('a\nb\n', 'a\nc\n')).toBeUndefined()
})
