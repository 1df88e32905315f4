import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { Refusal } from '../refusal.js'
import { writeFileAtomically } from '../utils/atomic-write.js'

/** A credential that jobs may use, and whose `secretKey` no response contains. */
export interface StoredSecret {
  /** Unique. A part of the names of environment variables. */
  id: string
  /** `aws`, `s3`, `gcp`, `storj` or `other`. */
  secretType: string
  name: string
  accessKey: string
  secretKey: string
  /** RFC 3339 time; empty for never. */
  expiresAt: string
  params: Readonly<Record<string, unknown>>
}

export type NewSecret = Omit<StoredSecret, 'id'> & { id: string | undefined }

const StoredSecrets = v.array(
  v.object({
    id: v.string(),
    secretType: v.string(),
    name: v.string(),
    accessKey: v.string(),
    secretKey: v.string(),
    expiresAt: v.string(),
    params: v.record(v.string(), v.unknown()),
  }),
)

/** The user's secrets, in one file that only the user can read. */
export class Secrets {
  readonly #file: string
  readonly #secrets = new Map<string, StoredSecret>()

  /** @throws {Error} for a file that cannot be used. It never repeats what the file contains. */
  constructor(file: string) {
    this.#file = file
    for (const secret of readSecrets(file)) this.#secrets.set(secret.id, secret)
  }

  /** @returns `undefined` also for a secret that has expired */
  secret(id: string): StoredSecret | undefined {
    const secret = this.#secrets.get(id)
    return secret === undefined || hasExpired(secret) ? undefined : secret
  }

  list(): StoredSecret[] {
    return [...this.#secrets.values()]
  }

  /**
   * Stores a secret, in place of the one with the same ID and type.
   * @throws {Refusal} 409 when a secret of another type has the ID
   */
  save({ id = randomUUID(), ...secret }: NewSecret): StoredSecret {
    const other = this.#secrets.get(id)
    if (other !== undefined && other.secretType !== secret.secretType) {
      throw new Refusal(409, `the secret ${id} has the type ${other.secretType}: delete it first, or choose another id`)
    }
    const stored = { id, ...secret }
    this.#write([...this.list().filter((kept) => kept.id !== id), stored])
    this.#secrets.set(id, stored)
    return stored
  }

  /** @throws {Refusal} 404 */
  delete(type: string, id: string): void {
    if (this.#secrets.get(id)?.secretType !== type) throw new Refusal(404, `there is no secret ${id} of type ${type}`)
    this.#write(this.list().filter((kept) => kept.id !== id))
    this.#secrets.delete(id)
  }

  #write(secrets: readonly StoredSecret[]): void {
    writeFileAtomically(this.#file, `${JSON.stringify(secrets, null, 2)}\n`)
  }
}

function hasExpired({ expiresAt }: StoredSecret): boolean {
  return expiresAt !== '' && Date.parse(expiresAt) <= Date.now()
}

function readSecrets(file: string): StoredSecret[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  try {
    return v.parse(StoredSecrets, JSON.parse(text))
  } catch {
    // The original error could quote a secret.
    throw new Error(`The file ${file} is damaged. Repair it, or delete it and store the secrets again.`)
  }
}
