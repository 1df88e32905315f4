import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isTemporary, writeFileAtomically } from '../utils/atomic-write.js'
import { isLockFile } from './lock.js'
import { StoreError } from './store-error.js'

const MARKER = 'bytenite-local.json'
/**
 * Format 2 keeps the archives of earlier revisions, and jobs that need them. A version that knows only format 1 would remove
 * these archives.
 */
const FORMAT = 2
const READABLE_FORMATS: ReadonlySet<unknown> = new Set([1, FORMAT])

/** Files that file managers, file systems and version control put into empty directories. */
const IGNORED = new Set(['.DS_Store', '.gitignore', '.gitkeep', 'Thumbs.db', 'desktop.ini', 'lost+found'])

/** The name of an upload that is being received. */
export const INCOMING_NAME: RegExp = /^[0-9a-f]{24}$/
export const ARCHIVE_NAME: RegExp = /^[0-9a-f]{64}\.tar$/

/** What stores from before there was a marker contain: each of these folders, with nothing but such names in it. */
const OLD_FOLDERS: Readonly<Record<string, RegExp>> = {
  apps: /^[-\w]+@\d+\.\d+\.json$/,
  engines: /^[-\w]+@\d+\.\d+\.json$/,
  templates: /^[-\w.]+\.json$/,
  archives: ARCHIVE_NAME,
}

/**
 * Creates a directory if needed, and checks that it is empty or a store. Changes nothing in it.
 * @throws {StoreError} `FOREIGN_DIRECTORY` or `UNKNOWN_FORMAT`
 */
export function checkDirectory(directory: string): void {
  const names = listOrCreate(directory).filter((name) => !IGNORED.has(name) && !isLockFile(name) && !isTemporary(name))
  if (names.length === 0 || hasMarker(directory) || isOldStore(directory)) return
  const some = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
  throw new StoreError(
    'FOREIGN_DIRECTORY',
    `${directory} is not a directory of bytenite-local (it contains ${some}). Choose an empty directory, or one that bytenite-local created.`,
  )
}

/**
 * As {@link checkDirectory}, for a command that has nothing to do in a new directory.
 * @throws {StoreError} `NO_PLATFORM`, `FOREIGN_DIRECTORY` or `UNKNOWN_FORMAT`
 */
export function checkExistingDirectory(directory: string): void {
  if (existsSync(directory)) return checkDirectory(directory)
  throw new StoreError('NO_PLATFORM', `There is no platform in ${directory}: the directory does not exist. Name another one with --dir.`)
}

/** Marks a directory as a store of this format, so that later starts recognise it. */
export function markDirectory(directory: string): void {
  if (readFormat(join(directory, MARKER)) === FORMAT) return
  const marker = { description: 'This directory contains the data of bytenite-local.', format: FORMAT }
  writeFileAtomically(join(directory, MARKER), `${JSON.stringify(marker, null, 2)}\n`)
}

function listOrCreate(directory: string): string[] {
  try {
    // Archives and records can contain the token of a registry.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    return readdirSync(directory)
  } catch (error) {
    if (!['EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new StoreError('FOREIGN_DIRECTORY', `${directory} is not a directory. Choose another path.`, { cause: error })
  }
}

function hasMarker(directory: string): boolean {
  const format = readFormat(join(directory, MARKER))
  if (format === undefined || READABLE_FORMATS.has(format)) return format !== undefined
  throw new StoreError(
    'UNKNOWN_FORMAT',
    `${directory} was written by a newer version of bytenite-local. Update bytenite-local, or choose another directory.`,
  )
}

function readFormat(marker: string): unknown {
  try {
    return (JSON.parse(readFileSync(marker, 'utf8')) as { format?: unknown } | null)?.format
  } catch (error) {
    // A file of this name that is not JSON belongs to something else.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isOldStore(directory: string): boolean {
  const hasOnly = (folder: string, pattern: RegExp): boolean =>
    readdirSync(join(directory, folder)).every((name) => pattern.test(name) || IGNORED.has(name) || isTemporary(name))
  return (
    Object.entries(OLD_FOLDERS).every(([folder, pattern]) => isFolder(join(directory, folder)) && hasOnly(folder, pattern)) &&
    // Created last, and removed at each start.
    (!isFolder(join(directory, 'incoming')) || hasOnly('incoming', INCOMING_NAME))
  )
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
