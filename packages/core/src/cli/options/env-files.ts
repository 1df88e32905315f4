import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { Environment } from '../../connection/credentials.js'
import { ByteNiteError } from '../../errors.js'

/**
 * The variables of this process, and those of files for what is not set in it. A later file takes precedence.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function environmentWith(files: readonly string[]): Environment {
  const fromFiles = Object.assign({}, ...files.map(readEnvFile)) as Environment
  const set = Object.entries(process.env).filter(([, value]) => value !== undefined && value !== '')
  return { ...process.env, ...fromFiles, ...Object.fromEntries(set) }
}

function readEnvFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Environment
  } catch (error) {
    throw new ByteNiteError('INVALID_OPTION', `Cannot read the file of --env-file: ${(error as Error).message}`, { cause: error })
  }
}
