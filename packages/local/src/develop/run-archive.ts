import { join } from 'node:path'
import { createClient, isByteNiteError, type Archive, type Client } from 'bytenite-uploader'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { withoutCommand } from '../jobs/failure-text.js'
import { createLocalPlatform } from '../server/platform.js'
import { withScratchDirectory } from '../task/scratch-directory.js'
import { BYPASS, FILE } from './data-sources.js'

export interface RunArchiveOptions {
  /** `name@version` of the app. */
  tag: string
  archive: Archive
  /** Absolute path of a file with the data. @default no data */
  input?: string | undefined
  /** Parameters of the app. @default `{}` */
  params?: unknown
  /** Whether it runs in its container, and not as a process of this machine. @default false */
  container?: boolean | undefined
  /** Seconds that the app may take. @default 300 */
  timeout?: number | undefined
  signal?: AbortSignal | undefined
}

export interface RunArchiveResult {
  /** Why it failed, as a sentence, with the exit code if it has one; `undefined` if it succeeded. */
  failure: string | undefined
  /** The last lines that the app has printed. */
  log: readonly string[]
}

/** Lines of the log. */
const LAST_LINES = 20

/**
 * Runs an app once: as a job with one task, on a platform of its own that is removed afterwards.
 * @throws {ConfigurationError} if there is no podman or Docker for a container
 * @throws {ByteNiteError} for an archive that the platform refuses, or data that cannot be read
 * @throws the reason of `signal`
 */
export async function runArchive(options: RunArchiveOptions): Promise<RunArchiveResult> {
  const { container = false, signal } = options
  return withScratchDirectory(async (directory) => {
    const platform = createLocalPlatform({ directory: join(directory, 'platform'), runner: container ? 'container' : 'process' })
    try {
      const { apiUrl } = await platform.listen()
      const client = createClient({ apiUrl, credentials: { apiKey: platform.apiKey }, signal })
      const job = await runJob(client, options)
      return { failure: failureOf(job), log: await lastLines(client, job.id) }
    } finally {
      await platform.close()
    }
  })
}

async function runJob({ apps, jobs }: Client, { tag, archive, input, params = {}, timeout = 300 }: RunArchiveOptions): Promise<JobRecord> {
  await apps.upload(archive, { tag })
  const { id } = await jobs.create({
    app: tag,
    params: { app: params },
    dataSource: input === undefined ? BYPASS : FILE,
    // Nothing is active that was just published.
    config: { isTestJob: true, taskTimeout: timeout, maxTaskRetries: 0 },
  })
  if (input !== undefined) await jobs.upload(id, input)
  await jobs.run(id)
  return jobs.ended(id)
}

function failureOf({ state, errorMessage }: JobRecord): string | undefined {
  return state === 'JOB_STATE_COMPLETE' ? undefined : withoutCommand(errorMessage)
}

async function lastLines({ jobs }: Client, id: string): Promise<string[]> {
  const lines: string[] = []
  try {
    for await (const { level, log } of jobs.log(id, { part: 'app', chunk: 0 })) {
      // All others are the platform's own.
      if (level === 'UNKNOWN' && lines.push(log) > LAST_LINES) lines.shift()
    }
  } catch (error) {
    // It never started.
    if (!isByteNiteError(error) || error.status !== 404) throw error
  }
  return lines
}
