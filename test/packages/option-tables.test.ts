import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../helpers/project.ts'
import { drawOptions } from './option-tables.ts'

const TABLE = /(?<=^<!-- options: begin -->\n)[^]*?(?=^<!-- options: end -->$)/gm

test.each([
  ['packages/core/docs/options.md', () => drawOptions('vite', true)],
  ['packages/vite/README.md', () => drawOptions('vite')],
  ['packages/rollup/README.md', () => drawOptions('rollup')],
])('%s has the options as their docstrings describe them', async (path, draw) => {
  const file = join(repository, path)
  const page = await readFile(file, 'utf8')
  expect(page.match(TABLE)).toHaveLength(1)
  // `vitest --update` rewrites the table.
  await expect(page.replace(TABLE, () => `\n${draw()}\n`)).toMatchFileSnapshot(file)
})

test('the table has what is inside options, and their variables and defaults', () => {
  const table = drawOptions('vite', true)
  expect(table).toMatch(/^\| `entry` \(Vite only\) \| – \| – \| The file that starts a task/m)
  expect(table).toMatch(/^\| `publish` \| `BYTENITE_PUBLISH` \| `'auto'` \| When .*: `'auto'`, `true` or `false` \|$/m)
  expect(table).toMatch(/^\| `timeout\.idle` \| – \| `30_000` \|/m)
  expect(table).toMatch(/^\| `manifest\.platformConfig\.token` \| `BYTENITE_REGISTRY_TOKEN` \| – \|/m)
  // Whatever page a table is on.
  expect(table).not.toContain('](')
  expect(drawOptions('rollup')).not.toContain('`entry`')
})
