import { spawn } from 'node:child_process'
import { SchedulerRefusal, SchedulerUnavailable } from '../workers/scheduler.js'

/** Milliseconds that a command may take. Those of Slurm try again by themselves for a while, if the controller does not answer. */
const PATIENCE = 30_000

/** What `sbatch` says, and then tries again by itself for two minutes. */
const FULL = /temporarily unable to accept job/

/** What means that the controller was not reached, or did not say no for good. */
const UNAVAILABLE =
  /unable to contact|connect failure|zero bytes|timed out|time-?out|munge|authentication error|temporarily|unexpected message|retrying|communication|submit limit|MaxSubmit/i
const NO_ROOM = /temporarily|submit limit|MaxSubmit/i

/** Variables of this process that Slurm's commands need. A worker has them, too, and no others: `sbatch` passes its own on. */
const VARIABLES = /^(?:PATH|HOME|USER|LOGNAME|SLURM_CONF|SLURM_CLUSTERS|SLURM_JWT|SBATCH_.+)$/

/**
 * Runs a command of Slurm.
 * @param input for its standard input
 * @returns its output
 * @throws {SchedulerUnavailable} if the controller does not answer, or has no room
 * @throws {SchedulerRefusal} if it refuses
 */
export async function callSlurm(command: string, parameters: readonly string[], input = ''): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => VARIABLES.test(name)))
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { env, timeout: PATIENCE, killSignal: 'SIGKILL', stdio: 'pipe' })
    let [output, errors] = ['', '']
    child.stdout.on('data', (piece: Buffer) => (output += String(piece)))
    child.stderr.on('data', (piece: Buffer) => {
      errors += String(piece)
      // It only sleeps now.
      if (FULL.test(errors)) child.kill('SIGKILL')
    })
    // It may end before it has read all.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new SchedulerRefusal(`${command} is not installed`) : new SchedulerUnavailable(error.message))
    })
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output)
      const reason =
        reasonOf(errors) || (signal === null ? `${command} failed with exit code ${code}` : `no answer within ${PATIENCE / 1000} s`)
      if (signal !== null || UNAVAILABLE.test(errors)) reject(new SchedulerUnavailable(reason, { isFull: NO_ROOM.test(errors) }))
      else reject(new SchedulerRefusal(reason))
    })
  })
}

/** What a command says, as a sentence: `sbatch: error: Batch job submission failed: Invalid …`. */
function reasonOf(errors: string): string {
  const lines = errors.split('\n').flatMap((line) => {
    const text = line
      .replace(/^\w+: (?:error: )?/, '')
      .replace(/^Batch job submission failed: /, '')
      .trim()
    return text === '' || text.startsWith('Try "') ? [] : [text]
  })
  return [...new Set(lines)].join('; ')
}
