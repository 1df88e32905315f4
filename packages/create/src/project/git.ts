import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { CreateError } from '../create-error.js'
import type { Undo } from './write-project.js'

/** Creates a repository, unless the directory is the root of one. */
export async function initRepository(directory: string, undo: Undo): Promise<void> {
  const repository = join(directory, '.git')
  if (existsSync(repository)) return
  undo.push(() => rm(repository, { recursive: true, force: true }))
  try {
    await promisify(execFile)('git', ['init', '--quiet'], { cwd: directory })
  } catch (error) {
    throw new CreateError(
      'GIT_FAILED',
      `git init failed in ${directory}: ${(error as Error).message.trim()}. Install git, or leave out --git.`,
      { cause: error },
    )
  }
}

/** Whether a directory, which need not exist yet, is inside a repository. */
export function isInRepository(directory: string): boolean {
  const path = resolve(directory)
  if (existsSync(join(path, '.git'))) return true
  return dirname(path) !== path && isInRepository(dirname(path))
}
