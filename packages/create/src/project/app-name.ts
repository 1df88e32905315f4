import { basename, resolve } from 'node:path'
import { CreateError } from '../create-error.js'

/** The platform's rule for names; the rule for the first character is npm's. */
const VALID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const RESERVED = 'node_modules'
const RULE = 'Use up to 64 letters, digits, "-" and "_", starting with a letter or digit.'

/** @throws {CreateError} `INVALID_NAME` */
export function checkAppName(name: string): void {
  if (VALID.test(name) && name !== RESERVED) return
  throw new CreateError('INVALID_NAME', `Invalid app name ${JSON.stringify(name)}. ${RULE}`)
}

/** Derives a valid name from a directory's: `Été 2026` becomes `ete-2026`. */
export function nameFromDirectory(directory: string): string {
  const name = basename(resolve(directory))
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+/g, '')
    .slice(0, 64)
    .replaceAll(/[-_]+$/g, '')
  return name === '' || name === RESERVED ? 'bytenite-app' : name
}
