import { timingSafeEqual } from 'node:crypto'
import { statSync } from 'node:fs'
import { hashKey, keepOwnKey, keysFolder, readKeys, type StoredKey } from './key-files.js'
import { KeyUseRecorder } from './key-uses.js'

/** The API keys that a platform accepts at this moment. Adding and revoking keys takes effect at once, also from another process. */
export interface KeyRing {
  /** The key that this text is, if it is one. Takes the same time for any text of the same length. */
  find(apiKey: string): { id: string } | undefined
  /** Whether a key with this ID is still accepted, and so are the access tokens that were issued for it. */
  isValid(id: string): boolean
  /** For people: in the request log, and in what a job says of who ended it. Also knows a key that was revoked during the request. */
  nameOf(id: string): string | undefined
}

/** Milliseconds. Two changes within the precision of a file system's times look like one. */
const UNCERTAIN_TIME = 2_000

/** The keys in a platform's directory, as they are at the moment of each call: a look at the folder's time tells whether they changed. */
export class StoredKeyRing implements KeyRing {
  readonly #directory: string
  readonly #own: StoredKey
  readonly #uses: KeyUseRecorder
  readonly #warn: (message: string) => void
  #keys: readonly StoredKey[] = []
  /** The names of all keys that were ever seen, by their IDs. */
  readonly #names = new Map<string, string>()
  /** The folder's time when it was read; `undefined` if it may change without another one. */
  #readAt: number | undefined

  /** @param ownKey the key that the commands on this machine use */
  constructor(directory: string, ownKey: string, onWarning: (message: string) => void) {
    this.#directory = directory
    this.#own = keepOwnKey(directory, ownKey)
    this.#uses = new KeyUseRecorder(directory)
    const reported = new Set<string>()
    this.#warn = (message) => {
      if (!reported.has(message)) onWarning(message)
      reported.add(message)
    }
  }

  /** The ID of the key that the commands on this machine use. */
  get ownId(): string {
    return this.#own.id
  }

  find(apiKey: string): { id: string; name: string } | undefined {
    const hash = hashKey(apiKey)
    let found: StoredKey | undefined
    // Goes through all of them, so that the time does not tell which one it is.
    for (const key of this.#read()) if (timingSafeEqual(Buffer.from(key.hash, 'base64'), hash)) found = key
    if (found !== undefined) this.#recordUse(found)
    return found
  }

  isValid(id: string): boolean {
    const key = this.#read().find((known) => known.id === id)
    if (key !== undefined) this.#recordUse(key)
    return key !== undefined
  }

  nameOf(id: string): string | undefined {
    return this.#names.get(id)
  }

  #read(): readonly StoredKey[] {
    const changedAt = statSync(keysFolder(this.#directory), { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (changedAt === this.#readAt) return this.#keys
    const isSettled = Math.abs(Date.now() - changedAt) > UNCERTAIN_TIME
    const others = readKeys(this.#directory, this.#warn).filter(({ name }) => name !== this.#own.name)
    this.#keys = [this.#own, ...others]
    for (const { id, name } of this.#keys) this.#names.set(id, name)
    this.#readAt = isSettled ? changedAt : undefined
    return this.#keys
  }

  #recordUse({ id }: StoredKey): void {
    try {
      this.#uses.record(
        id,
        this.#keys.map((key) => key.id),
      )
    } catch (error) {
      // A full disk must not keep anybody from reading.
      this.#warn(`Cannot write when API keys were last used: ${(error as Error).message}`)
    }
  }
}
