import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobTemplate } from 'bytenite-uploader/wire'
import { removeTemporaryFiles, writeFileAtomically, type StagedFile } from '../utils/atomic-write.js'
import { Refusal } from '../refusal.js'
import { checkTemplate } from '../rules/template-check.js'
import { ARCHIVE_NAME, checkDirectory, INCOMING_NAME, markDirectory } from './directory.js'
import { JsonFolder } from './json-folder.js'
import { lockDirectory, type Lock } from './lock.js'
import { checkRecord, tagOf, type PublishedKind, type PublishedRecord } from './published-record.js'
import { Revisions } from './revisions.js'
import { Secrets } from './secrets.js'

/** An archive that was received, but not accepted yet. */
export interface Incoming {
  /** Its temporary path. */
  file: string
  /** SHA-256. */
  hash: Buffer
  discard(): void
}

/** In bytes. */
const SIGNING_KEY_SIZE = 32

/**
 * Keeps everything in plain files in one directory. Each is written under a temporary name and then renamed, so that a
 * killed process leaves nothing half-written. A lock keeps other platforms out of the directory.
 *
 *     bytenite-local.json      api-key      signing-key      secrets.json      archives/SHA256.tar
 *     apps/NAME@VERSION.json   engines/NAME@VERSION.json     templates/ID.json
 *     revisions/apps/NAME@VERSION/NUMBER.json                revisions/engines/…
 *
 * A record that a newer revision replaces moves to `revisions/`. It stays there, with its archive, until it is removed by
 * `removeRevision`, because a job may need it.
 */
export class Store {
  readonly secrets: Secrets
  readonly #directory: string
  readonly #lock: Lock
  readonly #records: Record<PublishedKind, JsonFolder<PublishedRecord>>
  readonly #revisions: Record<PublishedKind, Revisions>
  readonly #templates: JsonFolder<JobTemplate>
  readonly #listeners = new Set<() => void>()
  #isOpen = true

  /**
   * @param onWarning called for each damaged file
   * @throws {StoreError} when the directory cannot be used
   */
  constructor(directory: string, onWarning: (message: string) => void) {
    this.#directory = directory
    checkDirectory(directory)
    this.#lock = lockDirectory(directory)
    try {
      removeTemporaryFiles(directory)
      markDirectory(directory)
      for (const folder of ['archives', 'incoming']) mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 })
      for (const name of readdirSync(join(directory, 'incoming'))) {
        if (INCOMING_NAME.test(name)) rmSync(join(directory, 'incoming', name), { force: true })
      }
      const load = (kind: PublishedKind): JsonFolder<PublishedRecord> =>
        new JsonFolder(join(directory, kind), (json, tag) => this.#checkStored(json, tag), onWarning)
      this.#records = { apps: load('apps'), engines: load('engines') }
      this.secrets = new Secrets(join(directory, 'secrets.json'))
      const loadRevisions = (kind: PublishedKind): Revisions => new Revisions(join(directory, 'revisions', kind), onWarning)
      this.#revisions = { apps: loadRevisions('apps'), engines: loadRevisions('engines') }
      this.#templates = new JsonFolder(join(directory, 'templates'), checkTemplate, onWarning)
      this.#removeUnused(readdirSync(join(directory, 'archives')).filter((name) => ARCHIVE_NAME.test(name)))
    } catch (error) {
      this.#lock.release()
      throw error
    }
  }

  /** Lets another platform use the directory. Nothing is stored any more. */
  close(): void {
    if (this.#isOpen) this.#lock.release()
    this.#isOpen = false
  }

  /** Shown to another platform that tries to use the directory. */
  setPort(port: number | undefined): void {
    if (this.#isOpen) this.#lock.setPort(port)
  }

  /** The stored API key, created now if there is none. */
  apiKey(): { value: string; isNew: boolean } {
    const file = join(this.#directory, 'api-key')
    try {
      return { value: readFileSync(file, 'utf8').trim(), isNew: false }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    const value = randomBytes(24).toString('base64url')
    writeFileAtomically(file, `${value}\n`)
    return { value, isNew: true }
  }

  /** What access tokens and links are signed with, created now if there is none. Whoever has it can make up any of them. */
  signingKey(): Buffer {
    const file = join(this.#directory, 'signing-key')
    try {
      const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')
      if (key.length >= SIGNING_KEY_SIZE) return key
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    const key = randomBytes(SIGNING_KEY_SIZE)
    writeFileAtomically(file, `${key.toString('base64url')}\n`)
    return key
  }

  async receive(chunks: AsyncIterable<Buffer>): Promise<Incoming> {
    this.#assertOpen()
    const file = join(this.#directory, 'incoming', randomBytes(12).toString('hex'))
    const hash = createHash('sha256')
    const discard = (): void => rmSync(file, { force: true })
    const handle = await open(file, 'wx', 0o600)
    try {
      for await (const chunk of chunks) {
        hash.update(chunk)
        await handle.writeFile(chunk)
      }
    } catch (error) {
      discard()
      throw error
    } finally {
      await handle.close()
    }
    return { file, hash: hash.digest(), discard }
  }

  /**
   * Stores an archive, its record and its template, or nothing of them. A record that this replaces stays as a revision.
   * Synchronous, so that requests cannot interleave.
   */
  accept(kind: PublishedKind, incoming: Incoming, record: PublishedRecord, template: JobTemplate | undefined): void {
    this.#assertOpen()
    const replaced = this.record(kind, tagOf(record))
    const staged: StagedFile[] = []
    try {
      if (template !== undefined) staged.push(this.#templates.stage(template.id, template))
      if (replaced !== undefined) staged.push(this.#revisions[kind].stage(replaced))
      staged.push(this.#records[kind].stage(tagOf(record), record))
      renameSync(incoming.file, this.archiveFile(incoming.hash))
      // The record comes last: with it, the upload counts.
      for (const file of staged) file.commit()
    } catch (error) {
      for (const file of staged) file.discard()
      this.#removeUnused([archiveName(incoming.hash)])
      throw error
    }
    this.#tell()
  }

  /**
   * Tells when an app, an engine or a template has changed.
   * @returns a function that ends it
   */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  archiveFile(hash: Buffer): string {
    return join(this.#directory, 'archives', archiveName(hash))
  }

  records(kind: PublishedKind): Iterable<PublishedRecord> {
    return this.#records[kind].values()
  }

  record(kind: PublishedKind, tag: string): PublishedRecord | undefined {
    return this.#records[kind].get(tag)
  }

  /** The numbers of the revisions that are kept of a tag, `name@MAJOR.MINOR`, in ascending order; the last one is current. */
  revisions(kind: PublishedKind, tag: string): number[] {
    const current = this.record(kind, tag)
    // A process that was killed right before it replaced a record leaves that one in both places.
    return [...new Set([...this.#revisions[kind].numbers(tag), ...(current === undefined ? [] : [Number(current.revision)])])]
  }

  /** The record of a tag, `name@MAJOR.MINOR`, as it was with this revision. */
  revision(kind: PublishedKind, tag: string, number: number): PublishedRecord | undefined {
    const current = this.record(kind, tag)
    return Number(current?.revision) === number ? current : this.#revisions[kind].get(tag, number)
  }

  /** The revisions that newer ones have replaced, as tags and numbers. */
  *replacedRevisions(kind: PublishedKind): Iterable<{ tag: string; number: number }> {
    for (const tag of this.#revisions[kind].tags()) {
      const current = Number(this.record(kind, tag)?.revision)
      for (const number of this.#revisions[kind].numbers(tag)) if (number !== current) yield { tag, number }
    }
  }

  /** Removes a revision that a newer one has replaced, and its archive, unless another record uses it. */
  removeRevision(kind: PublishedKind, tag: string, number: number): void {
    this.#assertOpen()
    const record = this.#revisions[kind].get(tag, number)
    if (record === undefined) return
    this.#revisions[kind].remove(tag, number)
    this.#removeUnused([archiveNameOf(record)])
  }

  /** Activates or deactivates what is current. @returns the record as it is then */
  setStatus(kind: PublishedKind, record: PublishedRecord, status: PublishedRecord['status']): PublishedRecord {
    this.#assertOpen()
    const changed = { ...record, status, updatedAt: new Date().toISOString() }
    commit(this.#records[kind].stage(tagOf(record), changed))
    this.#tell()
    return changed
  }

  templates(): Iterable<JobTemplate> {
    return this.#templates.values()
  }

  template(id: string): JobTemplate | undefined {
    return this.#templates.get(id)
  }

  saveTemplate(template: JobTemplate): void {
    this.#assertOpen()
    commit(this.#templates.stage(template.id, template))
    this.#tell()
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new Refusal(503, 'the platform is closed')
  }

  #checkStored(json: unknown, tag: string): PublishedRecord {
    const record = checkRecord(json, tag)
    const name = archiveNameOf(record)
    if (!existsSync(join(this.#directory, 'archives', name))) throw new Error(`its archive archives/${name} is missing`)
    return record
  }

  /** Removes those of these archives that no record uses. As long as there are damaged records, any archive may be theirs. */
  #removeUnused(archives: readonly string[]): void {
    const kinds = ['apps', 'engines'] as const
    if (kinds.some((kind) => this.#records[kind].hasDamaged || this.#revisions[kind].hasDamaged)) return
    const used = new Set<string>()
    for (const kind of kinds) {
      for (const record of this.records(kind)) used.add(archiveNameOf(record))
      for (const hash of this.#revisions[kind].archiveHashes()) used.add(archiveNameOf({ hash }))
    }
    for (const name of archives) if (!used.has(name)) rmSync(join(this.#directory, 'archives', name), { force: true })
  }
}

function archiveName(hash: Buffer): string {
  return `${hash.toString('hex')}.tar`
}

function archiveNameOf({ hash }: Pick<PublishedRecord, 'hash'>): string {
  return archiveName(Buffer.from(hash, 'base64'))
}

function commit(staged: StagedFile): void {
  try {
    staged.commit()
  } finally {
    staged.discard()
  }
}
