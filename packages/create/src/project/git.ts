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
    await promisify(execFile)('git', ['init', '--quiet'], { cwd: directory, env: withoutRepository(process.env) })
  } catch (error) {
    const reason = (error as Error).message.trim().replaceAll(/\s+/g, ' ')
    throw new CreateError('GIT_FAILED', `git init failed in ${directory}: ${reason}. Install git, or leave out --git.`, { cause: error })
  }
}

/** Variables that lead git to another repository, as those of a hook do; what configures git and the user stays. */
const OF_A_REPOSITORY =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|NAMESPACE|SHALLOW_FILE|GRAFT_FILE|IMPLICIT_WORK_TREE|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT)$/i

function withoutRepository(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OF_A_REPOSITORY.test(name)))
}

/** Whether a directory, which need not exist yet, is inside a repository. */
export function isInRepository(directory: string): boolean {
  const path = resolve(directory)
  if (existsSync(join(path, '.git'))) return true
  return dirname(path) !== path && isInRepository(dirname(path))
}
