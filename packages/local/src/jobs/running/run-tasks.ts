import { createDeferred } from '../../utils/deferred.js'
import type { Outcome } from './attempt.js'
import { failureText } from '../failure-text.js'
import { JobFailure } from '../job-failure.js'
import type { AttemptOwner } from '../kept/journal.js'
import { PartRun, type Run } from './part-run.js'
import type { Plan } from './plan.js'

/** How often an attempt is tried again that the place has lost, even if those that fail are not tried again. */
export const MAX_LOST = 3

/** Runs all tasks of a job that have not completed. @throws {JobFailure} as soon as a task has failed too often */
export async function runTasks(run: Run, plan: Plan): Promise<void> {
  const { job, services } = run
  const { tasks } = job
  const { maxTaskRetries = 0 } = job.stored.record.config
  const { maxBatch } = await services.runner.capabilities()
  const done = createDeferred()
  /** Tasks that were submitted, and have no attempt yet. */
  let unopened = 0
  const submitWaiting = (): void => {
    const waiting = [...tasks.in('Scheduled')]
    unopened += waiting.length
    for (const chunk of waiting) tasks.setState(chunk, 'Assigned')
    if (waiting.length > 0) partRun.submit(waiting, maxBatch)
  }
  // What failed is tried again after the others, in batches as large as can be.
  const submitAgain = (): void => {
    if (unopened === 0 && !run.control.signal.aborted) submitWaiting()
  }
  const setState = (state: 'Received' | 'Running') => (owner: AttemptOwner) => {
    tasks.setState(owner as number, state)
    job.emitTask(owner as number)
    if (state === 'Running') return
    unopened--
    submitAgain()
  }
  const partRun: PartRun = new PartRun(run, plan, {
    onOpen: setState('Received'),
    onStart: setState('Running'),
    onEnd: (owner, outcome) => ({ ...outcome, ...(isFinal(owner as number, outcome) && { final: true }) }),
    afterEnd: (owner, outcome) => {
      job.emitTask(owner as number)
      if (outcome.final === true) partRun.fail(failure(run, owner as number, outcome))
      else if (tasks.counts.completed === tasks.size) done.resolve()
      else submitAgain()
    },
  })
  const isFinal = (chunk: number, { end, lost, final }: Outcome): boolean => {
    if (final === true) return true
    if (lost === true) return tasks.lost(chunk) >= Math.max(MAX_LOST, maxTaskRetries)
    return (end === 'failed' || end === 'timed out') && tasks.failures(chunk) >= maxTaskRetries
  }
  const [failed] = tasks.in('Failed')
  if (failed !== undefined) {
    // The platform was killed right after the last attempt.
    throw failure(run, failed, { end: 'failed', reason: job.journal.attempts(failed).at(-1)?.reason ?? '' })
  }
  if (tasks.counts.completed === tasks.size) done.resolve()
  for (const { owners, left } of partRun.resume()) {
    unopened += left.waiting.length
    for (const index of left.waiting) tasks.setState(owners[index] as number, 'Assigned')
    for (const index of left.open) tasks.setState(owners[index] as number, 'Running')
  }
  submitWaiting()
  try {
    await partRun.until(done.promise)
  } finally {
    // Where the job runs again, they wait as others do.
    for (const chunk of tasks.in('Assigned')) tasks.setState(chunk, 'Scheduled')
  }
}

function failure({ job }: Run, chunk: number, { reason = '' }: Outcome): JobFailure {
  const attempts = job.tasks.failures(chunk)
  const times = attempts > 1 ? ` ${attempts} times` : ''
  return new JobFailure(failureText(`Task ${chunk} failed${times}`, reason, `bytenite-local logs ${job.id} --task ${chunk}`))
}
