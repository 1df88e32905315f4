import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { createFileAtomically, removeTemporaryFiles, writeFileAtomically } from '../utils/atomic-write.js'
import { checkDirectory, checkExistingDirectory, markDirectory } from './directory.js'
import { KeyError } from './key-error.js'
import { StoreError } from './store-error.js'

/** What is kept of an API key. The key itself is not. */
export interface StoredKey {
  /** Unique. A key that is revoked and created again under the same name has another one. */
  id: string
  name: string
  /** SHA-256 of the key, in base64. */
  hash: string
  createdAt: string
}

/** The name of the key that the commands on this machine use. */
const OWN_KEY_NAME = 'local'

/** What a key may be called. It becomes a file name, and is printed. */
const NAME = /^[a-z0-9](?:[-.a-z0-9]{0,62}[a-z0-9])?$/

const StoredKeyFile = v.object({
  id: v.pipe(v.string(), v.uuid()),
  name: v.string(),
  hash: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/, 'must be a SHA-256 in base64')),
  createdAt: v.string(),
})

/**
 * The folder with a file for each key: `NAME.json`. There is no file with all of them, so that commands and a running
 * platform need no lock: each change creates or removes one file.
 */
export function keysFolder(directory: string): string {
  return join(directory, 'keys')
}

/** A key that cannot be guessed. */
function generateKey(): string {
  return randomBytes(24).toString('base64url')
}

/**
 * The hash under which a key is kept. A slow hash would make it hard to find a key by trying likely ones. There are no
 * likely ones: a key is random.
 */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/**
 * Creates a key. Creates the directory, too, if needed.
 * @returns the key, which is not stored
 * @throws {KeyError} `INVALID_NAME` or `NAME_TAKEN`
 * @throws {StoreError} when the directory cannot be used
 */
export function addKey(directory: string, name: string): string {
  checkName(name)
  checkDirectory(directory)
  checkOwner(directory)
  markDirectory(directory)
  mkdirSync(keysFolder(directory), { recursive: true, mode: 0o700 })
  const key = generateKey()
  try {
    createFileAtomically(keyFile(directory, name), keyText(createStoredKey(name, key)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new KeyError('NAME_TAKEN', `There is a key named ${name} already. Choose another name, or revoke that key first.`, {
      cause: error,
    })
  }
  return key
}

/**
 * @throws {KeyError} `INVALID_NAME` or `UNKNOWN_NAME`
 * @throws {StoreError} when the directory cannot be used
 */
export function revokeKey(directory: string, name: string): void {
  checkName(name)
  checkExistingDirectory(directory)
  checkOwner(directory)
  try {
    rmSync(keyFile(directory, name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new KeyError('UNKNOWN_NAME', `There is no key named ${name} in ${directory}.`, { cause: error })
  }
}

/** @throws {StoreError} when the directory cannot be used */
export function listKeys(directory: string, onWarning: (message: string) => void): StoredKey[] {
  checkExistingDirectory(directory)
  return readKeys(directory, onWarning)
}

/**
 * Keeps the hash of the platform's own key. For the same key as before, nothing changes.
 * Only for a platform that has locked the directory.
 */
export function keepOwnKey(directory: string, key: string): StoredKey {
  mkdirSync(keysFolder(directory), { recursive: true, mode: 0o700 })
  removeTemporaryFiles(keysFolder(directory))
  const stored = readKeys(directory, () => {}).find(({ name }) => name === OWN_KEY_NAME)
  if (stored?.hash === hashKey(key).toString('base64')) return stored
  const created = createStoredKey(OWN_KEY_NAME, key)
  writeFileAtomically(keyFile(directory, OWN_KEY_NAME), keyText(created))
  return created
}

/** All keys, by name. A file that cannot be used is reported, and its key is not accepted. */
export function readKeys(directory: string, onWarning: (message: string) => void): StoredKey[] {
  return listFiles(keysFolder(directory)).flatMap((file) => {
    const path = join(keysFolder(directory), file)
    try {
      return [readKey(path, file.slice(0, -'.json'.length))]
    } catch (error) {
      // Revoked a moment ago.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      onWarning(`Cannot use the API key in ${path}: ${(error as Error).message}. Revoke it, and create a new one.`)
      return []
    }
  })
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function readKey(path: string, name: string): StoredKey {
  const result = v.safeParse(StoredKeyFile, JSON.parse(readFileSync(path, 'utf8')))
  if (!result.success) throw new Error(result.issues.map((issue) => `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`).join('; '))
  if (result.output.name !== name) throw new Error(`it is the key named ${result.output.name}`)
  return result.output
}

function createStoredKey(name: string, key: string): StoredKey {
  return { id: randomUUID(), name, hash: hashKey(key).toString('base64'), createdAt: new Date().toISOString() }
}

function keyFile(directory: string, name: string): string {
  return join(keysFolder(directory), `${name}.json`)
}

function keyText(key: StoredKey): string {
  return `${JSON.stringify(key, null, 2)}\n`
}

function checkName(name: string): void {
  if (name === OWN_KEY_NAME) {
    throw new KeyError(
      'INVALID_NAME',
      `The key named ${name} is that of the commands on this machine. To replace it, stop the platform, delete the file "api-key" in its directory, and start it again.`,
    )
  }
  if (NAME.test(name)) return
  throw new KeyError(
    'INVALID_NAME',
    `Invalid name of a key: ${JSON.stringify(name)}. Use up to 64 lower-case letters, digits, dots and hyphens, such as ci or anna.`,
  )
}

/** A file of another user's could not be read by the platform. */
function checkOwner(directory: string): void {
  const { uid } = statSync(directory)
  // Windows has no user ids.
  if (process.getuid === undefined || process.getuid() === uid) return
  throw new StoreError('FOREIGN_DIRECTORY', `${directory} belongs to the user with the ID ${uid}. Run this command as that user.`)
}
