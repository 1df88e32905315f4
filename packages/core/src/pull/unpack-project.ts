import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { ArchiveError } from '../contents/archive-error.js'
import { unpack } from '../contents/unpack.js'
import { defaultTemplate } from '../manifest/job-template.js'
import { isObject } from '../manifest/json-file.js'
import { plainKey } from '../manifest/platform-manifest.js'

/**
 * Unpacks an archive as a project that can be published again: with `manifest.json` beside `app/`, and without what must not be
 * in a project.
 * @param directory absent, or empty
 * @returns whether there was the login of a private registry, which was left out
 * @throws {ArchiveError}, and the errors of the file system
 */
export async function unpackProject(tar: Readable, directory: string): Promise<{ hadLogin: boolean }> {
  await mkdir(directory, { recursive: true })
  await unpack(tar, directory)
  const file = join(directory, 'manifest.json')
  const manifest = await readJson(file)
  if (manifest === undefined) throw new ArchiveError('has no manifest.json in its root')
  if (!isObject(manifest)) throw new ArchiveError('has a manifest.json without fields')
  const hadLogin = removeLogin(manifest)
  if (hadLogin) await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`)
  await removeDefaultTemplate(join(directory, 'template.json'), manifest)
  return { hadLogin }
}

/** The login of a private registry is a secret, and no manifest in a project may have it. @returns whether there was one */
function removeLogin(manifest: Record<string, unknown>): boolean {
  let hadLogin = false
  for (const [key, value] of Object.entries(manifest)) {
    if (plainKey(key) !== 'platformconfig' || typeof value !== 'object' || value === null) continue
    const config = value as Record<string, unknown>
    for (const inner of Object.keys(config).filter((name) => ['username', 'token'].includes(plainKey(name)))) {
      hadLogin ||= Boolean(config[inner])
      delete config[inner]
    }
  }
  return hadLogin
}

/** It comes again by itself. In a file, it would be the project's own, and be saved on the platform. */
async function removeDefaultTemplate(file: string, { name, version }: Record<string, unknown>): Promise<void> {
  const template = await readJson(file)
  if (isDeepStrictEqual(template, defaultTemplate(String(name), `${String(name)}@${String(version)}`))) await rm(file)
}

/** @returns `undefined` if there is no such file */
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error instanceof SyntaxError ? new ArchiveError(`has a file that is no JSON: ${error.message}`) : error
  }
}
