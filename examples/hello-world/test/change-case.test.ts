import { expect, test } from 'vitest'
import { changeCase } from '../src/change-case.js'

test.each([
  ['upper', 'ÉCOLE, HELLO'],
  ['lower', 'école, hello'],
  ['title', 'École, Hello'],
  [undefined, 'école, hELLO'],
] as const)('%s', (to, expected) => {
  expect(changeCase('école, hELLO', to)).toBe(expected)
})
