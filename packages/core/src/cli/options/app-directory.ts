import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from '../../command-line/usage-error.js'
import { ByteNiteError } from '../../errors.js'
import { isObject } from '../../manifest/json-file.js'
import { hasPlatformManifest, isNamedPackage } from '../../manifest/project-root.js'

/** What the directory on a command line means for the options of the library. */
export interface AppDirectory {
  directory: string | readonly string[]
  projectRoot?: string
  exclude?: readonly string[]
  entryFiles?: readonly string[]
  entrySources?: readonly string[]
}

/** Files beside the code, which the archive has in its root. */
const BESIDE = ['manifest.json', 'template.json', 'schema.json']

/** What programs leave behind in a folder, and no app needs. */
const JUNK = ['**/__pycache__', '**/.DS_Store']

/** Names by which a folder without a manifest says where it starts. */
const MAIN = /^(?:main|index)\.(?:py|[cm]?js|sh|rb|pl)$/

/**
 * A directory as the platform's own command line has it, with `manifest.json` beside `app/`; or one with the code and
 * `manifest.json`; or any output directory.
 * @param word from the command line; `undefined` leaves it to the config
 * @throws {UsageError} without either; {@link ByteNiteError} `NO_OUTPUT` for one that is not there
 */
export function describeDirectory(word: string | undefined, given: Readonly<Record<string, unknown>>): AppDirectory {
  const { root, manifest, projectRoot, entryFiles, directory: configured, exclude } = given
  if (word === undefined) {
    if (configured === undefined) throw new UsageError('Missing the directory, such as dist.')
    return { directory: configured as string }
  }
  const projectIn = (place: string): { projectRoot?: string } => (projectRoot === undefined ? { projectRoot: place } : {})
  const directory = resolve(typeof root === 'string' ? root : '.', word)
  if (!isDirectory(directory))
    throw new ByteNiteError('NO_OUTPUT', `There is no directory ${directory}.`, { hint: 'Build first, or correct the path.' })
  const hasManifest = hasPlatformManifest(directory)
  if (hasManifest && isDirectory(join(directory, 'app'))) {
    return { directory: join(directory, 'app'), ...projectIn(directory), ...NO_SOURCES, exclude: [...JUNK, ...listOf(exclude)] }
  }
  const hasEntry = hasManifest || entryFiles !== undefined || (isObject(manifest) && manifest['entrypoint'] !== undefined)
  const entry = hasEntry ? undefined : mainFile(directory)
  return {
    directory,
    ...NO_SOURCES,
    ...((hasManifest || isNamedPackage(directory)) && projectIn(directory)),
    exclude: [...JUNK, ...(hasManifest ? BESIDE : []), ...listOf(exclude)],
    ...(entry !== undefined && { entryFiles: [join(directory, entry)] }),
  }
}

/** The project is found by where the directory is, and not by where the command runs. */
const NO_SOURCES = { entrySources: [] }

function listOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : Array.isArray(value) ? (value as string[]) : []
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** The only file of a folder that is named as where a program starts. */
function mainFile(directory: string): string | undefined {
  const files = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
  const named = files.filter((name) => MAIN.test(name))
  return named.length === 1 ? named[0] : undefined
}
