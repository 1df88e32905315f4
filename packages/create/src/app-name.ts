import { basename, resolve } from 'node:path'
import { CreateError } from './create-error.js'

/** The platform's rule for the name of an app; npm's for `package.json` adds how it begins. */
const VALID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const RESERVED = 'node_modules'

/** @throws {CreateError} `INVALID_NAME` */
export function checkAppName(name: string): void {
  if (VALID.test(name) && name !== RESERVED) return
  throw new CreateError(
    'INVALID_NAME',
    `${JSON.stringify(name)} cannot be the name of an app: letters, digits, "-" and "_" only, at most 64 of them, and a letter or digit first.`,
  )
}

/** A valid name out of that of a directory: `Été 2026` becomes `ete-2026`. */
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
