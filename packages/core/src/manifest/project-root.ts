import { readFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { ByteNiteError } from '../errors.js'
import { isObject } from './json-file.js'
import { isPlatformManifest } from './platform-manifest.js'

/** What tells whose app an output is. */
export interface Belongings {
  /** The directory that paths in the options are relative to; absolute. */
  root: string
  /** Sources of the entry files; absolute. `undefined` when nothing is known of a build. */
  entrySources: readonly string[] | undefined
  /** The output's directory; absolute. */
  base: string
}

/**
 * Finds the project that an output belongs to: the nearest directory above the entry's source whose `package.json` has a
 * name, or that has the platform's `manifest.json`. Without a source, as of a virtual entry, it is the one above the output.
 * @throws {ByteNiteError} `INVALID_OPTION` if entries belong to different projects
 */
export function findProjectRoot({ root, entrySources, base }: Belongings): string {
  if (entrySources === undefined) return nearestProject(root) ?? root
  const found = new Map<string, string>()
  for (const source of entrySources) {
    const project = isForeign(source) ? undefined : nearestProject(dirname(source))
    if (project !== undefined && !found.has(project)) found.set(project, source)
  }
  const [first, second] = found
  if (first !== undefined && second !== undefined) throw disagreement(first, second, root)
  return first?.[0] ?? nearestProject(dirname(base)) ?? nearestProject(root) ?? root
}

/** A dependency is not whose app it is. */
function isForeign(source: string): boolean {
  return source.split(sep).includes('node_modules')
}

function nearestProject(directory: string): string | undefined {
  for (let current = directory; ; current = dirname(current)) {
    if (basename(current) !== 'node_modules' && isProject(current)) return current
    if (dirname(current) === current) return undefined
  }
}

function isProject(directory: string): boolean {
  return isNamedPackage(directory) || hasPlatformManifest(directory)
}

/** Whether a directory has a `package.json` with a name. */
export function isNamedPackage(directory: string): boolean {
  const { name } = read(join(directory, 'package.json')) ?? {}
  return typeof name === 'string' && name !== ''
}

/** Whether a directory has the platform's `manifest.json`. */
export function hasPlatformManifest(directory: string): boolean {
  const manifest = read(join(directory, 'manifest.json'))
  return manifest !== undefined && isPlatformManifest(manifest)
}

/** What is wrong with a file is reported when it is read for the manifest. */
function read(file: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

function disagreement(
  [firstRoot, firstSource]: [string, string],
  [secondRoot, secondSource]: [string, string],
  root: string,
): ByteNiteError {
  const shown = (path: string): string => relative(root, path) || '.'
  return new ByteNiteError(
    'INVALID_OPTION',
    `The entries belong to different projects: ${shown(firstSource)} to ${shown(firstRoot)}, and ${shown(secondSource)} to ${shown(secondRoot)}.`,
    { hint: 'Build them apart, or set the option "root" to the project to publish as.' },
  )
}
