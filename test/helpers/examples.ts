import { cp, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { repository } from './project.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** An example as someone has it who copied its folder: outside the repository, with what its package.json declares. */
export async function copyExample(name: string): Promise<string> {
  const copy = join(await temporaryDirectory(), name)
  await copyFolder(join(repository, 'examples', name), copy)
  return copy
}

/** The demo and the examples that it builds, in a directory of their own, so that nobody else builds there. */
export async function copyDemo(): Promise<string> {
  const root = await temporaryDirectory()
  const examples = join(root, 'examples')
  for (const file of ['demo.js', 'demo-text.js']) await cp(join(repository, 'examples', file), join(examples, file))
  for (const name of ['hello-world', 'rollup-basic', 'fan-out']) await copyFolder(join(repository, 'examples', name), join(examples, name))
  await symlink(join(repository, 'packages'), join(root, 'packages'), 'junction')
  return examples
}

/** Without what was built there; what was installed there is linked. */
async function copyFolder(source: string, copy: string): Promise<void> {
  const isSource = (path: string): boolean => dirname(path) !== source || !['node_modules', 'dist'].includes(basename(path))
  await cp(source, copy, { recursive: true, filter: isSource })
  await symlink(join(source, 'node_modules'), join(copy, 'node_modules'), 'junction')
}
