import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateError } from '../create-error.js'

/** The templates, with a description of each. */
export const TEMPLATES = {
  'hello-world': 'TypeScript, built by Vite',
  'rollup-basic': 'JavaScript, built by Rollup',
  python: 'Python, published by Vite',
  'image-batch': 'TypeScript, resizes images, built by Vite',
  'fan-out': 'TypeScript, a job with a partitioner and an assembler, built by Vite',
} as const

export type TemplateName = keyof typeof TEMPLATES

/** @throws {CreateError} `UNKNOWN_TEMPLATE` */
export function checkTemplate(name: string): asserts name is TemplateName {
  if (Object.hasOwn(TEMPLATES, name)) return
  const names = Object.keys(TEMPLATES)
  throw new CreateError(
    'UNKNOWN_TEMPLATE',
    `Unknown template ${JSON.stringify(name)}. Use ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.`,
  )
}

/** File contents by their paths, with `/` as the separator. */
export type ProjectFiles = Map<string, Buffer>

const folder = fileURLToPath(new URL('../../templates/', import.meta.url))

/** Reads a template's files as they are in this package. */
export async function readTemplate(template: TemplateName): Promise<ProjectFiles> {
  const root = join(folder, template)
  const files: ProjectFiles = new Map()
  for (const path of (await pathsIn(root)).toSorted()) files.set(path, await readFile(join(root, path)))
  return files
}

/**
 * The files in a directory. Folder by folder, since Yarn serves packages out of zip files, where the entries of a
 * recursive `readdir` do not tell their folders.
 */
async function pathsIn(directory: string, prefix = ''): Promise<string[]> {
  const paths: string[] = []
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = `${prefix}${entry.name}`
    if (entry.isDirectory()) paths.push(...(await pathsIn(join(directory, entry.name), `${path}/`)))
    else paths.push(path)
  }
  return paths
}
