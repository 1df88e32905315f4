import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Platform, secondsBetween } from '../jobs/platform.js'
import { SHELL, SPLIT } from '../jobs/programs.js'
import { callsBetween } from './commands.js'
import { diskUse } from './disk-use.js'
import { SimulatedWorkers } from './simulated-workers.js'
import { StubCluster } from './stub-cluster.js'

/** @import { Calls } from './commands.js' */
/** @import { DiskUse } from './disk-use.js' */

/**
 * What a job of so many tasks costs the platform.
 * @typedef {object} ManyTasks
 * @property {number} tasks
 * @property {number} partition seconds until the chunks are there
 * @property {number} seconds of all tasks, without those in which memory was measured
 * @property {number} cpu seconds of the platform meanwhile
 * @property {number} requests of workers meanwhile
 * @property {Calls} calls meanwhile
 * @property {number} elements
 * @property {Memory} idle before the job
 * @property {Memory} half when half of the tasks have ended, and none runs
 * @property {Memory} after the job
 * @property {number} peak bytes
 * @property {Record<string, DiskUse>} disk by kind
 */

/** @typedef {{ rss: number, heap: number }} Memory bytes without garbage, the heap with buffers */

/**
 * Runs a job whose tasks nobody runs, on a cluster that is none.
 * @param {{ tasks: number, workers: number, directory: string }} options a new directory
 * @param {string[]} [node] more parameters of Node for the platform, such as `--cpu-prof`
 * @returns {Promise<ManyTasks>}
 */
export async function runManyTasks({ tasks, workers: limit, directory }, node = []) {
  let half = () => {}
  const halfDone = new Promise((resolve) => (half = () => resolve(undefined)))
  const workers = new SimulatedWorkers({
    chunks: tasks,
    afterAttempt: () => workers.attempts > tasks / 2 && half(),
    onEnd: (id) => cluster.end(id),
  })
  const cluster = new StubCluster(join(directory, 'cluster'), 'R', (submission) => workers.start(submission))
  const memory = new MemoryReports(join(directory, 'memory.json'))
  const platform = await Platform.start(directory, {
    node: [...MemoryReports.node, ...node],
    flags: ['--runner', 'slurm', '--concurrency', String(limit)],
    env: { PATH: cluster.commands.path, ...memory.env },
  })
  try {
    for (const app of [SPLIT, SHELL]) await platform.publish(app)
    const idle = await memory.of(platform)
    const id = await platform.submit({ app: SHELL.name, partitioner: SPLIT.name })
    const completed = platform.complete(id)
    await Promise.race([platform.reach(id, 'JOB_STATE_PARTITIONED'), completed])
    const before = {
      requests: workers.requests,
      calls: cluster.commands.calls,
      elements: cluster.commands.elements,
      cpu: await platform.cpu(),
    }
    await Promise.race([halfDone, completed])
    const begin = performance.now()
    const goOn = await workers.pause()
    const atHalf = await memory.of(platform)
    const claims = await diskUse(join(directory, 'data/workers', await claimsFile(join(directory, 'data/workers'))))
    const pause = (performance.now() - begin) / 1000
    const share = workers.attempts / tasks
    goOn()
    const job = await completed
    if (workers.failure !== undefined) throw workers.failure
    const place = join(directory, 'data/jobs', id)
    return {
      tasks,
      partition: secondsBetween(job, 'JOB_STATE_STARTED', 'JOB_STATE_PARTITIONED'),
      seconds: secondsBetween(job, 'JOB_STATE_PARTITIONED', 'JOB_STATE_TASKS_COMPLETED') - pause,
      cpu: (await platform.cpu()) - before.cpu,
      requests: workers.requests - before.requests,
      calls: callsBetween(cluster.commands.calls, before.calls),
      elements: cluster.commands.elements - before.elements,
      idle,
      half: atHalf,
      after: await memory.of(platform),
      peak: await platform.peakMemory(),
      disk: {
        'claims, while it runs': { ...claims, bytes: claims.bytes / share, taken: claims.taken / share },
        journal: await diskUse(join(place, 'tasks.jsonl')),
        logs: await diskUse(join(place, 'logs')),
        chunks: await diskUse(join(place, 'chunks')),
        results: await diskUse(join(place, 'results')),
        record: await diskUse(join(place, 'job.json')),
      },
    }
  } finally {
    await platform.stop()
    cluster.close()
    await rm(directory, { recursive: true })
  }
}

/** The claims of the tasks: there is one batch of them. @param {string} directory */
async function claimsFile(directory) {
  const name = (await readdir(directory)).find((file) => file.endsWith('-app-1.jsonl') || file.includes('-app-'))
  if (name === undefined) throw new Error('There are no claims.')
  return name
}

/** Asks a platform for the memory that it needs. */
class MemoryReports {
  #file

  static node = ['--expose-gc', '--import', new URL('report-memory.js', import.meta.url).href]

  /** @param {string} file */
  constructor(file) {
    this.#file = file
  }

  /** What the platform has to be started with. */
  get env() {
    return { BENCH_MEMORY_FILE: this.#file }
  }

  /**
   * @param {Platform} platform
   * @returns {Promise<Memory>}
   */
  async of(platform) {
    await rm(this.#file, { force: true })
    platform.signal('SIGUSR2')
    for (let tries = 0; tries < 500; tries++) {
      const text = await readFile(this.#file, 'utf8').catch(() => undefined)
      if (text !== undefined) {
        const { rss, heapUsed, external } = JSON.parse(text)
        return { rss, heap: heapUsed + external }
      }
      await sleep(20)
    }
    throw new Error('The platform does not say how much memory it has.')
  }
}
