import { createDeferred } from '../../utils/deferred.js'
import type { Outcome } from './attempt.js'
import { JobFailure } from '../job-failure.js'
import { PartRun, type Run } from './part-run.js'
import type { Plan } from './plan.js'
import { failureText } from '../failure-text.js'
import { MAX_LOST } from './run-tasks.js'

/** Runs the partitioner or the assembler. @throws {JobFailure} if it fails */
export async function runEngine(run: Run, plan: Plan): Promise<void> {
  const part = plan.part as 'partitioner' | 'assembler'
  let lost = 0
  const done = createDeferred()
  const partRun: PartRun = new PartRun(run, plan, {
    onOpen: () => {},
    onStart: () => {},
    onEnd: (_, outcome) => outcome,
    afterEnd: (_, outcome) => {
      if (outcome.end === 'completed') done.resolve()
      else if (outcome.lost === true && ++lost <= MAX_LOST) partRun.submit([part], 1)
      else if (outcome.end !== 'interrupted' && outcome.end !== 'aborted') partRun.fail(failure(run, part, outcome))
    },
  })
  if (partRun.resume().length === 0) partRun.submit([part], 1)
  await partRun.until(done.promise)
}

function failure({ job }: Run, part: 'partitioner' | 'assembler', { reason = '' }: Outcome): JobFailure {
  const tag = job.stored.record.parts?.[part].tag ?? ''
  return new JobFailure(failureText(`The ${part} ${tag} failed`, reason, `bytenite-local logs ${job.id}`))
}
