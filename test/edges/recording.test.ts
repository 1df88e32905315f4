import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../helpers/project.ts'
import { hasTerminal } from '../helpers/terminal.ts'
import { record } from '../recording/record.js'
import { toSvg } from '../recording/to-svg.js'

/** The lines of a picture, without what differs each time: numbers, hashes, keys and the directory. */
function textOf(svg: string): string[] {
  const lines = svg.match(/<text[^>]*>.*<\/text>/g) ?? []
  return (
    lines
      .map((line) => line.replaceAll(/<[^>]*>/g, ''))
      // What a long line goes on with, and what Vite shows only if it takes long.
      .filter((line) => !/^[\w-]+(?:, \d\.\d s\))?$|^(?:rendering|computing) .*\.\.\.$/.test(line))
      .map((line) => line.replace(/(BYTENITE_API_KEY=|link#|as job |sha256 |directory: ).*/, '$1').replaceAll(/\d+/g, '#'))
  )
}

test.runIf(hasTerminal)('the recording in the README is what the commands show', async () => {
  const recorded = await readFile(join(repository, 'packages/local/docs/terminal.svg'), 'utf8')
  expect(textOf(toSvg(await record()))).toEqual(textOf(recorded))
})
