import { existsSync } from 'node:fs'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../../utils/remove-tree.js'
import { RunnerError } from '../../runners/runner-error.js'
import type { Job } from '../kept/job.js'
import { JobFailure } from '../job-failure.js'
import type { Run } from './part-run.js'
import { planCode } from './plan-code.js'
import { planAssembler, planPartitioner, planTasks } from './plans.js'
import { runAgain } from '../kept/replay.js'
import { runEngine } from './run-engine.js'
import { runTasks } from './run-tasks.js'
import { fetchSource, removeSource, useSourceAsChunks } from '../files/source.js'
import { ended, inState, PARTS } from '../kept/stored-job.js'
import { collectTaskResults } from '../files/task-results.js'

/**
 * Takes a job from the state that it is in to its end. Each step is done before the next state is entered, so that a job whose
 * platform was killed goes on from the state on disk.
 */
export async function runJob(run: Run): Promise<void> {
  const { job, services, control } = run
  try {
    markAgain(job)
    limitTime(run)
    while (await step(run)) control.signal.throwIfAborted()
  } catch (error) {
    // It goes on at the next start.
    if (control.isClosing) return
    const cause: unknown = control.signal.aborted ? control.signal.reason : error
    const isExpected = cause instanceof JobFailure || cause instanceof RunnerError
    if (!isExpected) services.onWarning(`Job ${job.id} failed: ${(cause as Error).stack ?? String(cause)}`)
    const message = isExpected ? cause.message : `The platform failed: ${(cause as Error).message}`
    job.end(ended(job.stored, message, job.stored.record.numChunks > 0 ? job.tasks.counts : undefined))
  } finally {
    control.clear()
    job.rest()
  }
}

/** The journal gets it only when the job is under way: until then, nobody was told. */
function markAgain(job: Job): void {
  const { again } = job.stored
  if (again === undefined) return
  if (again === 'all' || again.length > 0) {
    job.journal.append({ again })
    runAgain(job.tasks, again)
  }
  job.update({ ...job.stored, again: undefined })
}

function limitTime({ job, control }: Run): void {
  const { record, clock } = job.stored
  const { jobTimeout = 0 } = record.config
  if (jobTimeout === 0 || clock === undefined) return
  const left = clock.from + clock.paused + jobTimeout * 1000 - Date.now()
  control.limitTime(
    left,
    new JobFailure(`The job took longer than its time limit of ${jobTimeout} s. Raise jobTimeout, or split the work.`),
  )
}

/** @returns whether there is another step */
async function step(run: Run): Promise<boolean> {
  const { job, services, control } = run
  switch (job.state) {
    case 'JOB_STATE_STARTED':
      // What the machine has not is known before anything runs.
      for (const part of PARTS) await planCode(job, part, services)
      job.enter('JOB_STATE_UPLOADING')
      return true
    case 'JOB_STATE_UPLOADING':
      await fetchSource(job, services, control.signal)
      await removeTree(job.folder.chunks)
      job.enter('JOB_STATE_PARTITIONING')
      return true
    case 'JOB_STATE_PARTITIONING':
      // They are there only as a whole.
      if (!existsSync(job.folder.chunks)) await partition(run)
      await enterPartitioned(run)
      return true
    case 'JOB_STATE_PARTITIONED': {
      await removeSource(job)
      const planned = await planCode(job, 'app', services)
      if (planned !== undefined) await runTasks(run, planTasks(job, planned, services))
      job.enter('JOB_STATE_TASKS_COMPLETED')
      return true
    }
    case 'JOB_STATE_TASKS_COMPLETED':
      await removeTree(job.folder.output)
      job.enter('JOB_STATE_MERGING')
      return true
    case 'JOB_STATE_MERGING':
      if (!existsSync(job.folder.output)) await merge(run)
      job.enter('JOB_STATE_MERGED')
      return true
    case 'JOB_STATE_MERGED':
      job.enter('JOB_STATE_DOWNLOADING')
      return true
    case 'JOB_STATE_DOWNLOADING':
      if (job.stored.record.dataDestination?.dataSourceDescriptor === 'bypass') await removeTree(job.folder.output)
      job.end(ended(job.stored, '', job.tasks.counts))
      return false
    default:
      return false
  }
}

async function partition(run: Run): Promise<void> {
  const { job, services } = run
  const planned = await planCode(job, 'partitioner', services)
  if (planned === undefined) await useSourceAsChunks(job, services)
  else await runEngine(run, planPartitioner(job, planned, services))
}

async function enterPartitioned({ job }: Run): Promise<void> {
  const numChunks = (await readdir(job.folder.chunks)).length
  const next = inState(job.stored, 'JOB_STATE_PARTITIONED')
  job.forgetHistory()
  job.update({ ...next, record: { ...next.record, numChunks, startedAt: next.record.stateTimestamps.JOB_STATE_PARTITIONED ?? null } })
}

async function merge(run: Run): Promise<void> {
  const { job, services } = run
  const planned = await planCode(job, 'assembler', services)
  if (planned !== undefined) return runEngine(run, planAssembler(job, planned, services))
  const temporary = join(services.staging, `output-${job.id}`)
  await removeTree(temporary)
  await mkdir(temporary, { mode: 0o700 })
  await collectTaskResults(job, temporary, 'link')
  await rename(temporary, job.folder.output)
}
