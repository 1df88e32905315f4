import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from './project.ts'

/** The pages in Markdown that are about this project, by their paths. */
export async function pages(): Promise<string[]> {
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
