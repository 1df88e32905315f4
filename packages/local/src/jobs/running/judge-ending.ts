import type { AttemptEnding } from '../../runners/runner.js'
import type { Attempt, Outcome } from './attempt.js'
import { JobFailure } from '../job-failure.js'
import type { Plan } from './plan.js'

export interface JudgeOptions {
  plan: Plan
  isClosing: () => boolean
}

/** What an ending means. The results of one that succeeded are moved to their place. */
export async function judgeEnding(attempt: Attempt, ending: AttemptEnding, { plan, isClosing }: JudgeOptions): Promise<Outcome> {
  const outcome = await judge(attempt, ending, plan)
  const { log } = attempt
  if (outcome.end === 'completed') {
    log.add('INFO', 'completed')
    return outcome
  }
  if (!isClosing()) {
    log.add('ERROR', outcome.reason ?? '')
    return outcome
  }
  // Whatever stops the platform, such as the end of the system, may have stopped the attempt, too.
  const reason = ending.type === 'lost' ? ending.reason : `${outcome.reason} while the platform was stopping`
  log.add('WARN', `interrupted: ${reason}. It will run again`)
  return { end: 'interrupted', reason }
}

async function judge(attempt: Attempt, ending: AttemptEnding, plan: Plan): Promise<Outcome> {
  switch (ending.type) {
    case 'timed out':
      return { end: 'timed out', reason: `took longer than its time limit of ${(plan.timeout ?? 0) / 1000} s` }
    case 'unstartable':
      return { end: 'failed', reason: ending.reason, final: true }
    case 'lost':
      return { end: 'failed', reason: ending.reason, lost: true }
    case 'exited': {
      const { exitCode: code, signal } = ending
      if (code === 0) return accept(attempt, plan)
      return { end: 'failed', code, signal, reason: signal === null ? `exited with code ${code}` : reasonOf(signal) }
    }
  }
}

function reasonOf(signal: string): string {
  // Whatever the platform kills has another ending.
  return signal === 'SIGKILL' ? 'was ended by SIGKILL, probably for lack of memory' : `was ended by ${signal}`
}

async function accept(attempt: Attempt, plan: Plan): Promise<Outcome> {
  try {
    const { size } = await plan.accept(attempt)
    return { end: 'completed', code: 0, size }
  } catch (error) {
    if (!(error instanceof JobFailure) && (error as NodeJS.ErrnoException).syscall === undefined) throw error
    return { end: 'failed', code: 0, reason: (error as Error).message }
  }
}
