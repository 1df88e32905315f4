import { readFile } from 'node:fs/promises'
import { ByteNiteError, type ByteNiteErrorCode } from '../errors.js'

/**
 * Reads a JSON file that a person wrote.
 * @returns `undefined` when there is none
 * @throws {ByteNiteError} of this code, when it cannot be read or is not JSON
 */
export async function readJsonFile(file: string, code: ByteNiteErrorCode): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ByteNiteError(code, `${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
  } catch (error) {
    throw new ByteNiteError(code, `${file} is not valid JSON: ${(error as Error).message}`)
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What an option that is given as an object, or as the path of a JSON file, stands for.
 * @param standard the file that is read, if it is there, when the option is left out; absolute
 * @returns `undefined` for neither
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export async function readJsonOption(
  name: string,
  value: unknown,
  standard: string,
): Promise<{ value: unknown; origin: string } | undefined> {
  if (value === undefined || typeof value === 'string') {
    const file = value ?? standard
    const content = await readJsonFile(file, 'INVALID_OPTION')
    if (content !== undefined) return { value: content, origin: file }
    if (value === undefined) return undefined
    throw new ByteNiteError('INVALID_OPTION', `The option "${name}" names ${file}, which does not exist.`)
  }
  return { value, origin: `the option "${name}"` }
}
