import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AppRecord } from 'bytenite-uploader/wire'
import { temporaryDirectory } from './temporary-directory.ts'

export const repository: string = fileURLToPath(new URL('../..', import.meta.url))

export type Files = Record<string, string | Buffer>

/** Writes files, by their paths relative to `directory`. A file that starts with `#!` becomes executable. */
export async function writeFiles(directory: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
    if (content.toString('latin1').startsWith('#!')) await chmod(file, 0o755)
  }
}

/** A project outside the repository, which finds the repository's packages in its node_modules. */
export async function createProject(files: Files): Promise<string> {
  const root = await temporaryDirectory()
  await writeFiles(root, files)
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'), 'junction')
  return root
}

/** The record that a build left in a project. */
export async function readRecord(root: string, path = 'dist/bytenite.app.json'): Promise<AppRecord> {
  return JSON.parse(await readFile(join(root, path), 'utf8')) as AppRecord
}

/** Every file below a directory, links followed, by its path with `/` between the parts. */
export async function readFiles(directory: string): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {}
  for (const path of await readPaths(directory)) files[path] = await readFile(join(directory, path))
  return files
}

/** The paths of {@link readFiles}. */
export async function readPaths(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name))
  return files.map((file) => relative(directory, file).split(sep).join('/'))
}
