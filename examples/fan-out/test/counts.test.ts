import { expect, test } from 'vitest'
import { countWords } from '../src/count-words.js'
import { mergeCounts } from '../src/merge-counts.js'

test('words are letters in a row, whatever their case', () => {
  expect(countWords("One two, TWO. École, école; it's 2.")).toEqual([
    ['one', 1],
    ['two', 2],
    ['école', 2],
    ['it', 1],
    ['s', 1],
  ])
})

test('a text without words has none', () => {
  expect(countWords('1, 2.\n')).toEqual([])
})

test('counts are added up, the most frequent word first', async () => {
  expect(
    await mergeCounts([
      [
        ['b', 1],
        ['a', 1],
      ],
      [['c', 2]],
      [],
      [
        ['c', 1],
        ['b', 1],
      ],
    ]),
  ).toEqual([
    ['c', 3],
    ['b', 2],
    ['a', 1],
  ])
})
