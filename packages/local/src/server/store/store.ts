import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobTemplate } from 'bytenite-uploader/wire'
import { removeTemporaryFiles } from '../../utils/atomic-write.js'
import { Refusal } from '../http/refusal.js'
import { checkDirectory, INCOMING_NAME, markDirectory } from './directory.js'
import { lockDirectory, type Lock } from './lock.js'
import { tagOf, type PublishedKind, type PublishedRecord } from './published-record.js'

/** An archive that was received, but not accepted yet. */
export interface Incoming {
  /** Its temporary path. */
  file: string
  /** SHA-256. */
  hash: Buffer
  discard(): void
}

/**
 * Keeps everything in plain files in one directory. Each is written under a temporary name and then renamed, so that a
 * killed process leaves nothing half-written. A lock keeps other platforms out of the directory.
 *
 *     bytenite-local.json      api-key                       archives/SHA256.tar
 *     apps/NAME@VERSION.json   engines/NAME@VERSION.json     templates/ID.json
 */
export class Store {
  readonly #directory: string
  readonly #lock: Lock
  readonly #records: Record<PublishedKind, Map<string, PublishedRecord>>
  readonly #templates: Map<string, JobTemplate>
  #isOpen = true

  /** @throws {StoreError} when the directory cannot be used */
  constructor(directory: string) {
    this.#directory = directory
    checkDirectory(directory)
    this.#lock = lockDirectory(directory)
    try {
      removeTemporaryFiles(directory)
      markDirectory(directory)
      for (const folder of ['apps', 'engines', 'templates', 'archives', 'incoming']) {
        mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 })
      }
      for (const name of readdirSync(join(directory, 'incoming'))) {
        if (INCOMING_NAME.test(name)) rmSync(join(directory, 'incoming', name), { force: true })
      }
      this.#records = { apps: this.#load('apps'), engines: this.#load('engines') }
      this.#templates = this.#load('templates')
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
    this.#write(file, `${value}\n`)
    return { value, isNew: true }
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

  /** Stores an archive and its record. An archive that this replaces is removed, unless another record uses it. */
  accept(kind: PublishedKind, incoming: Incoming, record: PublishedRecord): void {
    this.#assertOpen()
    const tag = tagOf(record)
    const replaced = this.#records[kind].get(tag)
    renameSync(incoming.file, this.archiveFile(incoming.hash))
    this.save(kind, record)
    if (replaced !== undefined && ![...this.records('apps'), ...this.records('engines')].some(({ hash }) => hash === replaced.hash)) {
      rmSync(this.archiveFile(Buffer.from(replaced.hash, 'base64')), { force: true })
    }
  }

  archiveFile(hash: Buffer): string {
    return join(this.#directory, 'archives', `${hash.toString('hex')}.tar`)
  }

  records(kind: PublishedKind): Iterable<PublishedRecord> {
    return this.#records[kind].values()
  }

  record(kind: PublishedKind, tag: string): PublishedRecord | undefined {
    return this.#records[kind].get(tag)
  }

  save(kind: PublishedKind, record: PublishedRecord): void {
    this.#assertOpen()
    const tag = tagOf(record)
    this.#write(join(this.#directory, kind, `${tag}.json`), toJson(record))
    this.#records[kind].set(tag, record)
  }

  templates(): Iterable<JobTemplate> {
    return this.#templates.values()
  }

  template(id: string): JobTemplate | undefined {
    return this.#templates.get(id)
  }

  saveTemplate(template: JobTemplate): void {
    this.#assertOpen()
    this.#write(join(this.#directory, 'templates', `${template.id}.json`), toJson(template))
    this.#templates.set(template.id, template)
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new Refusal(503, 'the platform is closed')
  }

  #load<Value>(folder: string): Map<string, Value> {
    const names = readdirSync(join(this.#directory, folder)).filter((name) => name.endsWith('.json'))
    return new Map(
      names.toSorted().map((name) => {
        const text = readFileSync(join(this.#directory, folder, name), 'utf8')
        return [name.slice(0, -'.json'.length), JSON.parse(text) as Value]
      }),
    )
  }

  /** Synchronous, so that requests cannot interleave. */
  #write(file: string, content: string): void {
    const temporary = join(this.#directory, 'incoming', randomBytes(12).toString('hex'))
    try {
      writeFileSync(temporary, content, { mode: 0o600 })
      renameSync(temporary, file)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
