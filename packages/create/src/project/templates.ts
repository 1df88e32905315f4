import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateError } from '../create-error.js'

/** The templates, with a description of each. */
export const TEMPLATES = {
  'hello-world': 'TypeScript, built by Vite',
  'rollup-basic': 'JavaScript, built by Rollup',
  python: 'Python, published by Vite',
  'image-batch': 'TypeScript, resizes images, built by Vite',
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
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)))
  const files: ProjectFiles = new Map()
  for (const path of paths.toSorted()) files.set(path.split(sep).join('/'), await readFile(join(root, path)))
  return files
}
