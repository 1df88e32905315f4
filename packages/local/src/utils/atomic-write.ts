import { randomBytes } from 'node:crypto'
import { linkSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Content that is on disk, but not in its place yet. */
export interface StagedFile {
  commit(): void
  /** Does nothing after `commit`. */
  discard(): void
}

const TEMPORARY_NAME = /^\.[0-9a-f]{24}\.tmp$/

/**
 * Writes a file, readable by its owner only, under a temporary name beside its place. A failure for lack of space or
 * permission happens here, so that it does not happen in `commit`, which only renames.
 * @throws {Error} with the system's `code`
 */
export function stageFile(file: string, content: string): StagedFile {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`Cannot write ${file}: a directory is in its place.`)
  const temporary = writeTemporaryFile(file, content)
  return { commit: () => renameSync(temporary, file), discard: () => rmSync(temporary, { force: true }) }
}

/** @returns its path, in the same directory */
function writeTemporaryFile(file: string, content: string): string {
  const temporary = join(dirname(file), `.${randomBytes(12).toString('hex')}.tmp`)
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 })
    return temporary
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Writes a file so that it is there as a whole or not at all. */
export function writeFileAtomically(file: string, content: string): void {
  const staged = stageFile(file, content)
  try {
    staged.commit()
  } catch (error) {
    staged.discard()
    throw error
  }
}

/**
 * Creates a file so that it is there as a whole or not at all, and never in place of another one.
 * @throws {Error} with the code `EEXIST` if there is one
 */
export function createFileAtomically(file: string, content: string): void {
  const temporary = writeTemporaryFile(file, content)
  try {
    // Unlike renaming, this does not replace a file.
    linkSync(temporary, file)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Whether a killed process may have left this file behind while it wrote another one. */
export function isTemporary(file: string): boolean {
  return TEMPORARY_NAME.test(basename(file))
}

export function removeTemporaryFiles(directory: string): void {
  for (const name of readdirSync(directory)) if (isTemporary(name)) rmSync(join(directory, name), { force: true })
}
