import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workspace, WorkDirectory } from '../../runners/runner.js'
import { acceptFiles, type AcceptedFiles } from '../files/accept-files.js'
import type { Attempt } from './attempt.js'
import { keepChunks } from './chunks.js'
import type { Job } from '../kept/job.js'
import { JobFailure } from '../job-failure.js'
import { showSize } from '../limits.js'
import { copyForWriting } from '../files/link-or-copy.js'
import type { Plan } from './plan.js'
import type { PlannedCode } from './plan-code.js'
import { collectTaskResults } from '../files/task-results.js'
import type { Services } from '../services/services.js'
import { copySource } from '../files/source.js'

/** Milliseconds. */
const SECOND = 1000

export function planPartitioner(job: Job, planned: PlannedCode, services: Services): Plan {
  return {
    part: 'partitioner',
    ...planned,
    timeout: undefined,
    async prepare({ directory }) {
      const directories = await createDirectories(directory, { SOURCE_DIR: 'source', CHUNKS_DIR: 'chunks' })
      await copySource(job, join(directory, 'source'))
      return workspace(directory, directories, planned, services)
    },
    accept: (attempt) => keepChunks(join(attempt.directory, 'chunks'), attempt.directory, job, services.limits, warn(attempt)),
  }
}

export function planTasks(job: Job, planned: PlannedCode, services: Services): Plan {
  const { taskTimeout = 0 } = job.stored.record.config
  const { taskResults, jobResults } = services.limits
  return {
    part: 'app',
    ...planned,
    timeout: taskTimeout === 0 ? undefined : taskTimeout * SECOND,
    async prepare({ directory, owner: chunk }) {
      const directories = await createDirectories(directory, { TASK_DIR: 'task', TASK_RESULTS_DIR: 'results' })
      // A copy, because the task may change it.
      await copyForWriting(job.folder.chunk(chunk as number), join(directory, 'task', 'data.bin'))
      return workspace(directory, directories, planned, services, { CHUNK_NUMBER: String(chunk) })
    },
    accept(attempt) {
      const { directory, owner: chunk } = attempt
      const check = ({ size }: AcceptedFiles): void => {
        requireSize('its results are', size, taskResults)
        requireSize('the results of all tasks are', job.tasks.resultSize + size, jobResults)
      }
      return acceptFiles(join(directory, 'results'), job.folder.results(chunk as number), {
        staging: directory,
        onWarning: warn(attempt),
        check,
      })
    },
  }
}

export function planAssembler(job: Job, planned: PlannedCode, services: Services): Plan {
  return {
    part: 'assembler',
    ...planned,
    timeout: undefined,
    async prepare({ directory }) {
      const directories = await createDirectories(directory, { TASK_RESULTS_DIR: 'results', OUTPUT_DIR: 'output' })
      // Copies, because the assembler may change them, and may have to run again.
      await collectTaskResults(job, join(directory, 'results'), 'copy')
      return workspace(directory, directories, planned, services)
    },
    accept(attempt) {
      return acceptFiles(join(attempt.directory, 'output'), job.folder.output, {
        staging: attempt.directory,
        onWarning: warn(attempt),
        check: ({ size }) => requireSize('its output is', size, services.limits.jobResults),
      })
    },
  }
}

function warn({ log }: Pick<Attempt, 'log'>): (message: string) => void {
  return (message) => log.add('WARN', message)
}

function requireSize(what: string, size: number, limit: number): void {
  if (size > limit) throw new JobFailure(`${what} ${showSize(size)}, more than the limit of ${showSize(limit)}`)
}

async function createDirectories(directory: string, names: Readonly<Record<string, string>>): Promise<Record<string, WorkDirectory>> {
  const created = Object.entries(names).map(async ([variable, name]) => {
    const path = join(directory, name)
    await mkdir(path, { mode: 0o700 })
    return [variable, { path, writable: true }] as const
  })
  return Object.fromEntries(await Promise.all(created))
}

function workspace(
  directory: string,
  directories: Record<string, WorkDirectory>,
  planned: PlannedCode,
  { userCache, sharedCache }: Services,
  variables: Record<string, string> = {},
): Workspace {
  const caches = { USER_CACHE_DIR: { path: userCache, writable: true }, SHARED_CACHE_DIR: { path: sharedCache, writable: false } }
  return { directory, directories: { ...directories, ...caches }, variables: { ...planned.variables(), ...variables } }
}
