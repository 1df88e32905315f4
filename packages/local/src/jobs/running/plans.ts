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
    workspace: ({ directory }) => workspace(directory, { SOURCE_DIR: 'source', CHUNKS_DIR: 'chunks' }, planned, services),
    fill: ({ directory }) => copySource(job, join(directory, 'source')),
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
    workspace({ directory, owner: chunk }) {
      const names = { TASK_DIR: 'task', TASK_RESULTS_DIR: 'results' }
      return workspace(directory, names, planned, services, { CHUNK_NUMBER: String(chunk) })
    },
    // A copy, because the task may change it.
    fill: ({ directory, owner: chunk }) => copyForWriting(job.folder.chunk(chunk as number), join(directory, 'task', 'data.bin')),
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
    workspace: ({ directory }) => workspace(directory, { TASK_RESULTS_DIR: 'results', OUTPUT_DIR: 'output' }, planned, services),
    // Copies, because the assembler may change them, and may have to run again.
    fill: ({ directory }) => collectTaskResults(job, join(directory, 'results'), 'copy'),
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

/** @param names those of the directories for input and output, in this order, by the variables that name them */
function workspace(
  directory: string,
  names: Readonly<Record<string, string>>,
  planned: PlannedCode,
  { userCache, sharedCache }: Services,
  variables: Record<string, string> = {},
): Workspace {
  const own = Object.entries(names).map(([variable, name], index): [string, WorkDirectory] => [
    variable,
    { path: join(directory, name), writable: true, content: index === 0 ? 'input' : 'output' },
  ])
  const directories: Record<string, WorkDirectory> = {
    ...Object.fromEntries(own),
    USER_CACHE_DIR: { path: userCache, writable: true, content: 'cache' },
    SHARED_CACHE_DIR: { path: sharedCache, writable: false, content: 'cache' },
  }
  return { directory, directories, variables: { ...planned.variables(), ...variables } }
}
