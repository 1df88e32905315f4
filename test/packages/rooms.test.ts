import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repository, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { findCircles, readImports } from './imports.ts'
import { drawMap, findOffences, floorsByDirectory } from './rooms.ts'

const RULE = 'imports may only lead to the same room or a lower floor (see test/packages/rooms.ts)'

test.each(Object.entries(floorsByDirectory))('imports in %s lead downward', async (directory, floors) => {
  expect(findOffences(await readImports(join(repository, directory)), floors), `${directory}: ${RULE}`).toEqual([])
})

test('CONTRIBUTING.md maps the rooms', async () => {
  const file = join(repository, 'CONTRIBUTING.md')
  let contributing = await readFile(file, 'utf8')
  const headings = Array.from(contributing.matchAll(/^#### (packages\/.*)$/gm), ([, directory]) => directory)
  expect(headings).toEqual(Object.keys(floorsByDirectory))
  for (const [directory, floors] of Object.entries(floorsByDirectory)) {
    const table = new RegExp(`(?<=^#### ${directory}\n\n)(?:\\|.*\n)*`, 'm')
    contributing = contributing.replace(table, () => drawMap(floors))
  }
  // `vitest --update` rewrites the tables.
  await expect(contributing).toMatchFileSnapshot(file)
})

describe('every package', async () => {
  const sources = (await readdir(join(repository, 'packages'))).map((name) => `packages/${name}/src`)

  test.each(sources)('%s has floors', (directory) => {
    expect(Object.keys(floorsByDirectory)).toContain(directory)
  })

  test.each(sources)('%s has no circular imports', async (directory) => {
    expect(findCircles(await readImports(join(repository, directory))), `${directory}: imports may not form a circle`).toEqual([])
  })
})

test('finds upward imports and circles, however they are written', async () => {
  const directory = await temporaryDirectory()
  await writeFiles(directory, {
    'index.ts': "export { cook } from './kitchen/stove.js'\nexport * from './hall.js'\n",
    'hall.ts': "import './attic/lamp.js'\nimport { sep } from 'node:path'\nimport '../outside.js'\n",
    'attic/lamp.ts': "// import '../index.js'\nexport const text = \"import '../index.js'\"\n",
    'kitchen/stove.ts':
      "import type { Guest } from '../index.js'\nimport { fill } from './tap/water.js'\nexport const cook = (guest: Guest) => import(`../hall.js`)\n",
    'kitchen/tap/water.ts': "export type Cook = import('../stove.js').cook\nexport const fill = 1\n",
    'cellar/wine.ts': "export type { text } from '../attic/lamp.js'\nimport './rack.js'\n",
    'cellar/rack.ts': 'export {}\n',
  })
  const floors = [{ 'index.ts': '' }, { 'hall.ts': '', 'kitchen/': '' }, { 'attic/': '', 'garden/': '' }]
  const imports = await readImports(directory)
  expect(findOffences(imports, floors).toSorted()).toEqual([
    'cellar/ has no floor',
    'garden/ has a floor, but does not exist',
    'kitchen/stove.ts imports ../hall.js, but hall.ts is beside kitchen/',
    'kitchen/stove.ts imports ../index.js, but index.ts is above kitchen/',
  ])
  expect(findOffences(imports, floors.toReversed())).toContain('hall.ts imports ./attic/lamp.js, but attic/ is above hall.ts')
  expect(findCircles(imports)).toEqual([
    'index.ts → kitchen/stove.ts → index.ts',
    'kitchen/stove.ts → kitchen/tap/water.ts → kitchen/stove.ts',
  ])
})
