import { mkdirSync, readdirSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../../refusal.js'
import { removeTree } from '../../utils/remove-tree.js'
import { Job } from './job.js'
import { JobFolder, type SizedJob } from './job-folder.js'
import { JOB_ID } from './job-id.js'
import type { JobEvent } from '../jobs.js'
import type { StoredJob } from './stored-job.js'

/** All jobs, each in a folder of its own. Only their records are read at the start. */
export class JobCatalog {
  readonly #directory: string
  readonly #staging: string
  readonly #emit: (event: JobEvent) => void
  /** In the order in which they were created. */
  readonly #jobs = new Map<string, Job>()

  /** @param staging absolute path of a directory on the same file system */
  constructor(directory: string, staging: string, emit: (event: JobEvent) => void, onWarning: (message: string) => void) {
    this.#directory = directory
    this.#staging = staging
    this.#emit = emit
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    for (const id of readdirSync(directory)
      .filter((name) => JOB_ID.test(name))
      .toSorted()) {
      const folder = this.#folderOf(id)
      try {
        this.#add(id, folder, folder.read())
      } catch (error) {
        onWarning(
          `Damaged job ${folder.directory}: ${(error as Error).message}. It is left as it is, and not shown. Repair its job.json, or delete it.`,
        )
      }
    }
  }

  /** Newest first. */
  *newestFirst(): Iterable<Job> {
    yield* [...this.#jobs.values()].toReversed()
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  /** @throws {Refusal} 404 */
  get(id: string): Job {
    const job = this.#jobs.get(id)
    if (job === undefined) throw new Refusal(404, `there is no job ${id}`)
    return job
  }

  create(stored: StoredJob): Job {
    const { id } = stored.record
    const folder = this.#folderOf(id)
    const size = folder.create(stored)
    const job = this.#add(id, folder, { job: stored, size })
    this.#emit({ event: 'job', data: job.record })
    return job
  }

  async delete(job: Job): Promise<void> {
    const trash = join(this.#staging, `deleted-${job.id}`)
    this.#jobs.delete(job.id)
    await rename(job.folder.directory, trash)
    this.#emit({ event: 'deleted', data: { id: job.id } })
    await removeTree(trash)
  }

  #add(id: string, folder: JobFolder, stored: SizedJob): Job {
    const job = new Job(id, folder, stored, this.#emit)
    this.#jobs.set(id, job)
    return job
  }

  #folderOf(id: string): JobFolder {
    return new JobFolder(join(this.#directory, id), this.#staging, id)
  }
}
