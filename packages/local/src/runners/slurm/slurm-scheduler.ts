import { callSlurm } from './slurm-command.js'
import { batchScript } from './batch-script.js'
import { readCluster } from './cluster.js'
import { sbatchArguments } from './sbatch-arguments.js'
import { SchedulerUnavailable, type ClusterFacts, type ListedWorker, type Scheduler, type WorkerGroup } from '../workers/scheduler.js'

export interface SlurmOptions {
  /** What tells this platform's jobs from those of others: letters and digits. */
  owner: string
  partition?: string | undefined
  account?: string | undefined
  /** More parameters for `sbatch`. */
  sbatchArguments: readonly string[]
}

/** Starts workers as elements of job arrays. */
export function createSlurmScheduler(options: SlurmOptions): Scheduler {
  return new SlurmScheduler(options)
}

/** Milliseconds for which what is known of the cluster is not asked for again. */
const FACTS_AGE = 5 * 60_000

class SlurmScheduler implements Scheduler {
  readonly name = 'Slurm'
  readonly #options: SlurmOptions
  #facts: { at: number; facts: ClusterFacts } | undefined

  constructor(options: SlurmOptions) {
    this.#options = options
  }

  async facts(): Promise<ClusterFacts> {
    if (this.#facts !== undefined && Date.now() - this.#facts.at < FACTS_AGE) return this.#facts.facts
    try {
      this.#facts = { at: Date.now(), facts: await readCluster(this.#options.partition) }
    } catch (error) {
      if (!(error instanceof SchedulerUnavailable)) throw error
    }
    return this.#facts?.facts ?? { cpu: undefined, memory: undefined, gpu: undefined, maxWorkers: 1 }
  }

  async start(group: WorkerGroup, count: number): Promise<string[]> {
    const { gpu } = await this.facts()
    const parameters = sbatchArguments(group, { ...this.#options, name: this.#name(group.batchId), count, gpus: gpu })
    const output = await callSlurm('sbatch', parameters, batchScript(group.settings))
    // On several clusters, the name of the cluster comes after the ID.
    const [id = ''] = output.trim().split(';')
    return Array.from({ length: count }, (_, index) => `${id}_${index}`)
  }

  async list(): Promise<ListedWorker[]> {
    const output = await callSlurm('squeue', ['--noheader', '--array', '--me', '--format=%i|%t|%r|%j'])
    return output.split('\n').flatMap((line) => {
      const [id = '', state = '', reason = '', name = ''] = line.split('|')
      // What is completing is being ended.
      if (!name.startsWith(this.#name('')) || state === 'CG') return []
      const isQueued = state === 'PD' || state === 'CF'
      return [
        {
          id,
          batchId: name.slice(this.#name('').length),
          state: isQueued ? 'queued' : 'running',
          reason: isQueued && reason !== 'None' ? reason : '',
        },
      ]
    })
  }

  async end(batchId: string, which: 'all' | 'queued'): Promise<void> {
    await callSlurm('scancel', ['--quiet', `--name=${this.#name(batchId)}`, ...(which === 'queued' ? ['--state=PENDING'] : [])])
  }

  async explain(workerId: string): Promise<string> {
    try {
      return explainEnd(await callSlurm('scontrol', ['--oneliner', 'show', 'job', workerId]))
    } catch {
      // It is forgotten already, or Slurm does not answer.
      return ''
    }
  }

  #name(batchId: string): string {
    return `bytenite-${this.#options.owner}-${batchId}`
  }
}

/** States of jobs that are not over, or need no explanation. */
const PLAIN = new Set(['', 'PENDING', 'CONFIGURING', 'RUNNING', 'COMPLETING', 'COMPLETED'])

/** @param job a line of fields, such as `JobState=FAILED … ExitCode=127:0` */
function explainEnd(job: string): string {
  const field = (name: string): string => new RegExp(`(?:^|\\s)${name}=(\\S*)`).exec(job)?.[1] ?? ''
  const state = field('JobState')
  if (PLAIN.has(state)) return ''
  const [code = '0', signal = '0'] = field('ExitCode').split(':')
  const how = signal !== '0' ? `, signal ${signal}` : code !== '0' ? `, exit code ${code}` : ''
  const node = field('NodeList')
  return `Slurm: ${state}${how}${node === '' || node === '(null)' ? '' : `, on ${node}`}`
}
