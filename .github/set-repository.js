// Writes the repository's address into each package, as the environment of the release workflow has it. Where the repository lives is
// known nowhere else. The registry compares it with where the package was built.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const packages = join(import.meta.dirname, '../packages')
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env

if (server === undefined || repository === undefined) {
  console.error('GITHUB_SERVER_URL and GITHUB_REPOSITORY are not set: this runs in the release workflow only.')
  process.exit(1)
}

const address = `${server}/${repository}`
for (const name of await readdir(packages)) {
  const file = join(packages, name, 'package.json')
  const content = JSON.parse(await readFile(file, 'utf8'))
  content.repository = { type: 'git', url: `git+${address}.git`, directory: `packages/${name}` }
  content.homepage = `${address}/tree/main/packages/${name}#readme`
  content.bugs = `${address}/issues`
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`)
}
