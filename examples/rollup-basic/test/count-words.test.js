import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countWords } from '../src/count-words.js'

test('the most frequent word comes first', () => {
  assert.deepEqual(countWords('One two, TWO.'), [
    ['two', 2],
    ['one', 1],
  ])
})

test('a text without words has none', () => {
  assert.deepEqual(countWords('1, 2.'), [])
})
