import { readFile } from 'node:fs/promises'
import { ByteNiteError, type ByteNiteErrorCode } from '../errors.js'

/**
 * Reads a JSON file, with or without a byte order mark.
 * @returns `undefined` if the file does not exist
 * @throws {ByteNiteError} with the given code, if the file cannot be read or is not JSON
 */
export async function readJsonFile(file: string, code: ByteNiteErrorCode): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ByteNiteError(code, `Cannot read ${file}: ${(error as Error).message}`, { cause: error })
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
 * Reads the value of an option that may be an object or the path of a JSON file.
 * @param standard the file to read if the option is not set; absolute, and may be missing
 * @returns `undefined` if the option is not set and the file does not exist
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
