import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AttemptOwner } from './journal.js'
import type { StoredJob } from './stored-job.js'

/** A job, and the number of characters of its JSON. */
export interface SizedJob {
  job: StoredJob
  size: number
}

/** Where everything about a job is on disk. */
export class JobFolder {
  readonly directory: string
  readonly #temporary: string

  /** @param staging absolute path of a directory for files that are not complete, on the same file system */
  constructor(directory: string, staging: string, id: string) {
    this.directory = directory
    this.#temporary = join(staging, `${id}.json`)
  }

  /** The source's files. */
  get source(): string {
    return join(this.directory, 'source')
  }

  /** The chunks, as files named by their numbers. It is there as a whole or not at all, as those below. */
  get chunks(): string {
    return join(this.directory, 'chunks')
  }

  get output(): string {
    return join(this.directory, 'output')
  }

  get journal(): string {
    return join(this.directory, 'tasks.jsonl')
  }

  chunk(chunk: number): string {
    return join(this.chunks, String(chunk))
  }

  results(chunk: number): string {
    return join(this.directory, 'results', String(chunk))
  }

  log(owner: AttemptOwner, attempt: number): string {
    return join(this.directory, 'logs', `${owner}.${attempt}.jsonl`)
  }

  /** @returns the number of characters of its JSON */
  create(job: StoredJob): number {
    const text = serialize(job)
    // Renamed as a whole, so that no folder is without its record.
    mkdirSync(this.#temporary, { mode: 0o700 })
    for (const name of ['results', 'logs']) mkdirSync(join(this.#temporary, name), { mode: 0o700 })
    writeFileSync(join(this.#temporary, 'job.json'), text, { mode: 0o600 })
    renameSync(this.#temporary, this.directory)
    return text.length
  }

  read(): SizedJob {
    const text = readFileSync(join(this.directory, 'job.json'), 'utf8')
    return { job: JSON.parse(text) as StoredJob, size: text.length }
  }

  /** @returns the number of characters */
  write(job: StoredJob): number {
    const text = serialize(job)
    writeFileSync(this.#temporary, text, { mode: 0o600 })
    renameSync(this.#temporary, join(this.directory, 'job.json'))
    return text.length
  }
}

function serialize(job: StoredJob): string {
  return `${JSON.stringify(job, null, 2)}\n`
}
