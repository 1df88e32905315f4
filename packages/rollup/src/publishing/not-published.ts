import { plainText } from 'bytenite-uploader/internal/plain-text'
import type { ByteNiteOptions } from '../options.js'
import type { BuildEnvironment } from './environment.js'

/** Whether a build that is not published is a failure, by the option `publish` or by BYTENITE_PUBLISH. */
export function mustPublish({ publish }: ByteNiteOptions, { env }: BuildEnvironment): boolean {
  return publish === undefined ? env['BYTENITE_PUBLISH'] === 'true' : publish === true
}

/** Logs a message that is shown even to users who hide information, if publishing was demanded. */
export function announce(message: string, options: ByteNiteOptions, environment: BuildEnvironment): void {
  const { logger, isQuiet } = environment
  if (isQuiet && mustPublish(options, environment)) logger.warn(message)
  else logger.info(message)
}

/** @param reason a clause */
export function announceNotPublished(reason: string, options: ByteNiteOptions, environment: BuildEnvironment): void {
  announce(`not published: ${plainText(reason)}`, options, environment)
}
