import { randomBytes } from 'node:crypto'
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
  const temporary = join(dirname(file), `.${randomBytes(12).toString('hex')}.tmp`)
  const discard = (): void => rmSync(temporary, { force: true })
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    discard()
    throw error
  }
  return { commit: () => renameSync(temporary, file), discard }
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

/** Whether a killed process may have left this file behind while it wrote another one. */
export function isTemporary(file: string): boolean {
  return TEMPORARY_NAME.test(basename(file))
}

export function removeTemporaryFiles(directory: string): void {
  for (const name of readdirSync(directory)) if (isTemporary(name)) rmSync(join(directory, name), { force: true })
}
