import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { expect, test } from 'vitest'
import { pages } from '../helpers/pages.ts'
import { repository } from '../helpers/project.ts'

const FENCES = /^```[^]*?^```/gm

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
