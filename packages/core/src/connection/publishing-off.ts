import { ByteNiteError } from '../errors.js'

/** @param forbiddenBy the program that forbids it */
export function publishingOff(forbiddenBy: string): ByteNiteError {
  return new ByteNiteError('PUBLISHING_OFF', `Nothing may be changed on a platform while ${forbiddenBy} builds.`, {
    hint: 'In a script of the build, use publishOutput(), which only packs then.',
  })
}
