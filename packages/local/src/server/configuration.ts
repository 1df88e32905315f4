/** `INVALID_OPTION`: an option has a value that cannot be used */
export type ConfigurationErrorCode = 'INVALID_OPTION'

/** A setting that a platform cannot start with. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly code: ConfigurationErrorCode

  constructor(code: ConfigurationErrorCode, message: string) {
    super(message)
    this.code = code
  }
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
