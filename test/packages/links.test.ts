import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, normalize, relative } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../helpers/project.ts'

const FENCES = /^```[^]*?^```/gm

/** The pages in Markdown that are about this project, by their paths. */
async function pages(): Promise<string[]> {
  const found = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md']
  for (const parent of ['packages', 'examples']) {
    for (const name of await readdir(join(repository, parent))) {
      for (const folder of ['', 'docs']) {
        const directory = join(parent, name, folder)
        if (!existsSync(join(repository, directory))) continue
        const files = await readdir(join(repository, directory)).catch(() => [])
        found.push(...files.filter((file) => file.endsWith('.md')).map((file) => join(directory, file)))
      }
    }
  }
  return found
}

function textOf(page: string): string {
  return readFileSync(join(repository, page), 'utf8').replaceAll(FENCES, '')
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return Array.from(textOf(page).matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(await pages())('links in %s lead somewhere, and those of a package stay in it', (page) => {
  const links = Array.from(
    textOf(page).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g),
    ([, link, source]) => link ?? source ?? '',
  )
  const broken = links
    .filter((link) => !/^(?:https?|mailto):/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)))
      if (!existsSync(join(repository, target))) return true
      if (anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor)) return true
      // Whoever reads it on the registry, or in node_modules, has only the package.
      const [parent, name] = page.split('/')
      return parent === 'packages' && relative(join(parent, name ?? ''), target).startsWith('..')
    })
  expect(broken).toEqual([])
})
