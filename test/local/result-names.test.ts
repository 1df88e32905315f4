import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareNaturally } from '../../packages/local/dist/jobs/running/chunks.js'
import { nameResults } from '../../packages/local/dist/jobs/files/result-names.js'
import { seed } from '../helpers/seed.ts'

/** The names of results, given by task. */
function namesOf(...tasks: string[][]): string[] {
  return [...nameResults(tasks.flatMap((paths, chunk) => paths.map((path) => ({ chunk, path })))).keys()]
}

test.each<[string, string[][], string[]]>([
  ['own names are kept', [['a.txt'], ['b.txt', 'sub/c']], ['a.txt', 'b.txt', 'sub/c']],
  ['the same name gets the chunk in all tasks', [['x.png', 'own'], ['x.png'], ['x.png']], ['own', 'x_0.png', 'x_1.png', 'x_2.png']],
  ['folders are kept', [['out/x.png'], ['out/x.png'], ['other/x.png']], ['other/x.png', 'out/x_0.png', 'out/x_1.png']],
  ['only the last extension counts', [['a.tar.gz'], ['a.tar.gz']], ['a.tar_0.gz', 'a.tar_1.gz']],
  [
    'names may have no extension',
    [
      ['a', '.b'],
      ['a', '.b'],
    ],
    ['a_0', '.b_0', 'a_1', '.b_1'],
  ],
  ['a name that is taken is avoided', [['x.png', 'x_1.png'], ['x.png']], ['x_1.png', 'x_0.png', 'x_1_2.png']],
  ['a file does not take the place of a folder', [['a'], ['a/b']], ['a/b', 'a_0']],
])('%s', (_, tasks, names) => {
  expect(namesOf(...tasks)).toEqual(names)
})

test('a name stays within what file systems allow', () => {
  const name = `${'ä'.repeat(125)}.png`
  const names = namesOf([name], [name])
  expect(names).toHaveLength(2)
  for (const given of names) expect(Buffer.byteLength(given)).toBeLessThanOrEqual(255)
})

test('whatever tasks write, each result has one name, and the same ones get the same names', () => {
  const name = fc.constantFrom('a', 'b', 'a_0', 'a_1', 'a_0_2', 'x.png', 'x_0.png', 'x_1.png')
  const path = fc.array(name, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('/'))
  const property = fc.property(fc.array(fc.uniqueArray(path, { maxLength: 6 }), { maxLength: 5 }), (all) => {
    // Within a task, a file is not a folder, too.
    const tasks = all.map((paths) => paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`))))
    const names = namesOf(...tasks)
    expect(new Set(names).size).toBe(tasks.flat().length)
    expect(names.filter((one) => names.some((other) => other.startsWith(`${one}/`)))).toEqual([])
    expect(namesOf(...tasks)).toEqual(names)
  })
  fc.assert(property, { seed, numRuns: 300 })
})

test('chunks are ordered as people count', () => {
  const names = ['data_10.bin', 'data_2.bin', 'data_1.bin', 'b/1', 'a/10', 'a/9', 'A/9', '10', '9']
  expect(names.toSorted(compareNaturally)).toEqual(['9', '10', 'a/9', 'A/9', 'a/10', 'b/1', 'data_1.bin', 'data_2.bin', 'data_10.bin'])
})
