// Makes the package's templates out of the examples, so that what a newcomer gets is what is tested here.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('..', import.meta.url))
const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const templates = fileURLToPath(new URL('templates/', import.meta.url))

rmSync(templates, { recursive: true, force: true })
for (const file of listFiles()) {
  // npm leaves files of this name out of every package.
  const name = basename(file) === '.gitignore' ? '_gitignore' : basename(file)
  const target = join(templates, dirname(file), name)
  cpSync(join(examples, file), target)
  if (name === 'package.json') writeFileSync(target, fillVersions(readFileSync(target, 'utf8')))
}

/** What belongs to the repository, and so neither what was built or installed in an example nor anybody's .env.local. */
function listFiles() {
  const flags = ['--cached', '--others', '--exclude-standard', '-z']
  const listed = execFileSync('git', ['ls-files', ...flags], { cwd: examples, encoding: 'utf8' }).split('\0')
  return listed.filter((file) => file.includes('/') && existsSync(join(examples, file)))
}

/**
 * Outside of the workspace the packages have versions.
 * @param {string} json
 */
function fillVersions(json) {
  const manifests = readdirSync(packages).map((folder) => readFileSync(join(packages, folder, 'package.json'), 'utf8'))
  const versions = new Map(manifests.map((text) => JSON.parse(text)).map(({ name, version }) => [name, version]))
  return json.replaceAll(/"([\w-]+)": "workspace:\^"/g, (_, name) => `"${name}": "^${versions.get(name)}"`)
}
