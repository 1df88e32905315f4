import { basename } from 'node:path'
import type { JobsApi } from 'bytenite-uploader'
import { formatDuration } from 'bytenite-uploader/internal'
import type { JobRecord, JobRequest } from 'bytenite-uploader/wire-jobs'
import { BYPASS, FILE } from '../../develop/data-sources.js'
import type { JobInput } from './job-options.js'
import type { Screen } from './screen.js'

/** What a job runs: tags of its parts, or a template, whose parts others may replace. */
export type JobParts = Pick<JobRequest, 'app' | 'partitioner' | 'assembler' | 'templateId'>

export interface SubmitOptions extends JobInput {
  parts: JobParts
  /** Called right before the job starts. */
  prepare?: (() => Promise<void>) | undefined
}

/** A client that a signal to stop aborts, and one for what is to be done nevertheless. */
export interface Clients {
  jobs: JobsApi
  control: JobsApi
}

/**
 * Creates a job, uploads its data and starts it. If any of that fails, nothing is left of the job.
 * @throws {Error} for a template that needs a file; `prepare`'s errors, and those of the client
 */
export async function submitJob(
  { jobs, control }: Clients,
  { parts, input, params, config, prepare }: SubmitOptions,
  screen: Screen,
): Promise<JobRecord> {
  const request = { ...parts, params, config, ...(input !== undefined && { dataSource: FILE }) }
  // What a signal aborted might be there, and nobody would know its ID.
  const { id, dataSource } = await control.create(request)
  try {
    if (input !== undefined) await upload(jobs, id, input, screen)
    else if (dataSource === null) await jobs.setData(id, { dataSource: BYPASS })
    else if (dataSource.dataSourceDescriptor === 'file') {
      throw new Error(`The template ${parts.templateId} takes its data from a file. Add --input <file>.`)
    }
    await prepare?.()
    await jobs.run(id)
    return await jobs.get(id)
  } catch (error) {
    await control
      .abort(id)
      .catch((reason: unknown) => screen.warn(`Could not remove job ${id}, which did not start: ${(reason as Error).message}`))
    throw error
  }
}

async function upload(jobs: JobsApi, id: string, input: string, screen: Screen): Promise<void> {
  await jobs.upload(id, input, {
    onProgress({ sent, total, remaining }) {
      const left = remaining === undefined || sent === total ? '' : `, ${formatDuration(remaining)} left`
      screen.draw(`Uploading ${basename(input)}: ${Math.floor((100 * sent) / Math.max(total, 1))} %${left}`)
    },
  })
  screen.clear()
}
