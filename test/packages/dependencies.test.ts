import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../helpers/project.ts'

interface PackageJson {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

test('every dependency has its reason in CONTRIBUTING.md', async () => {
  const table = (await readFile(join(repository, 'CONTRIBUTING.md'), 'utf8')).split('## Why each dependency')[1] ?? ''
  const explained = new Set(
    Array.from(table.matchAll(/^\| [^|]+ \| ([^|]+) \| [^|]{3,} \|$/gm), ([, names = '']) => names.trim().split(', ')).flat(),
  )
  const folders = (
    await Promise.all(
      ['packages', 'examples'].map(async (parent) =>
        (await readdir(join(repository, parent), { withFileTypes: true }))
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => join(parent, name)),
      ),
    )
  ).flat()
  for (const folder of ['.', ...folders]) {
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(repository, folder, 'package.json'), 'utf8')) as PackageJson
    const own = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !version.startsWith('workspace:'))
    expect(
      own.map(([name]) => name).filter((name) => !explained.has(name)),
      folder,
    ).toEqual([])
  }
})
