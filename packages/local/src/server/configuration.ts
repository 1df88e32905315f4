import { plainText } from 'bytenite-uploader/internal/plain-text'
import { docsOf } from '../utils/docs-of.js'

/**
 * - `INVALID_OPTION`: an option has a value that cannot be used
 * - `INVALID_KEY_FILE`: the stored API key cannot be used
 * - `INVALID_CERTIFICATE`: the certificate or its private key cannot be used
 * - `NO_CONTAINER_ENGINE`: tasks are to run in containers, and neither podman nor Docker can be used
 * - `NO_SLURM`: tasks are to run on a Slurm cluster, and its commands are not here, or it has no such partition
 */
export type ConfigurationErrorCode = 'INVALID_OPTION' | 'INVALID_KEY_FILE' | 'INVALID_CERTIFICATE' | 'NO_CONTAINER_ENGINE' | 'NO_SLURM'

/** A setting that a platform cannot start with. The message is one line, and safe to print. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly code: ConfigurationErrorCode
  /** Where the likely causes and their remedies are: a file of the installed package, with the anchor of the code's entry in it. */
  readonly docs: string

  constructor(code: ConfigurationErrorCode, message: string, options?: ErrorOptions) {
    super(plainText(message), options)
    this.code = code
    this.docs = docsOf(code)
  }
}

/** A shorter key could be guessed by any program on this machine. */
const MIN_KEY_LENGTH = 20

/** @throws {ConfigurationError} `INVALID_OPTION` for a key that is too short */
export function checkApiKey(key: string): string {
  if (isLongEnough(key)) return key
  throw new ConfigurationError('INVALID_OPTION', `The API key is too short: it must have at least ${MIN_KEY_LENGTH} characters.`)
}

/** @throws {ConfigurationError} `INVALID_KEY_FILE` for a key that is empty or too short */
export function checkStoredKey(key: string, file: string): void {
  if (isLongEnough(key)) return
  throw new ConfigurationError(
    'INVALID_KEY_FILE',
    `The API key in ${file} is ${key === '' ? 'empty' : 'too short'}. ` +
      `Delete the file to get a new key, or put one of at least ${MIN_KEY_LENGTH} characters into it.`,
  )
}

function isLongEnough(key: string): boolean {
  return key.trim().length >= MIN_KEY_LENGTH
}

/**
 * @returns the origin, such as `https://platform.example`
 * @throws {ConfigurationError} `INVALID_OPTION` for anything but a scheme and a host
 */
export function checkPublicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  throw new ConfigurationError(
    'INVALID_OPTION',
    'A public URL must be http:// or https:// and a host, without a path, such as https://platform.example.',
  )
}

/** @throws {ConfigurationError} `INVALID_OPTION` for anything but a number of milliseconds */
export function checkIdleTimeout(milliseconds: number): number {
  // Node's timers do not take longer times.
  if (milliseconds >= 1 && milliseconds < 2 ** 31) return milliseconds
  throw new ConfigurationError('INVALID_OPTION', `The option "idleTimeout" is ${milliseconds}; expected a number of milliseconds from 1.`)
}

/** @throws {ConfigurationError} `INVALID_OPTION` for anything but a whole number from 1 */
export function checkPositive(option: string, count: number | undefined): number | undefined {
  if (count === undefined || (Number.isSafeInteger(count) && count >= 1)) return count
  throw new ConfigurationError('INVALID_OPTION', `The option "${option}" is ${count}; expected a whole number from 1.`)
}
