import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Platform, secondsBetween } from '../jobs/platform.js'
import { SPLIT } from '../jobs/programs.js'
import { median } from '../statistics.js'
import { runByHand } from './by-hand.js'
import { callsBetween, Commands } from './commands.js'
import { SHORT } from './programs.js'

/** @import { Cluster } from '../../helpers/slurm-cluster.ts' */
/** @import { Calls } from './commands.js' */

/** What all nodes together run at once: those of the cluster have four CPUs each. */
export const SLOTS = 8

/**
 * A job on a real cluster.
 * @typedef {object} RealJob
 * @property {number} tasks seconds of all tasks
 * @property {number} whole seconds of the whole job
 * @property {number} elements that ran tasks
 * @property {number} submitted elements
 * @property {Calls} calls meanwhile
 * @property {{ before: number, after: number, peak: number }} memory bytes of the platform
 * @property {number} cpu seconds of the platform
 */

/**
 * @param {Cluster} cluster
 * @param {{ directory: string, tasks: number, flags: string[] }} options a new directory
 * @returns {Promise<RealJob>}
 */
export async function runRealJob(cluster, { directory, tasks, flags }) {
  const commands = Commands.real(join(directory, 'bin'))
  const platform = await Platform.start(directory, {
    flags: ['--runner', 'slurm', ...flags],
    env: { ...cluster.env, PATH: commands.path },
  })
  try {
    for (const app of [SPLIT, SHORT]) await platform.publish(app)
    const before = { memory: await platform.memory(), calls: commands.calls, cpu: await platform.cpu(), elements: commands.elements }
    const id = await platform.submit({ app: SHORT.name, partitioner: SPLIT.name, params: { partitioner: tasks } })
    const job = await platform.complete(id)
    const results = await readdir(join(directory, 'data/jobs', id, 'results'))
    if (results.length !== tasks) throw new Error(`The job has ${results.length} results, and not ${tasks}.`)
    const journal = await readFile(join(directory, 'data/jobs', id, 'tasks.jsonl'), 'utf8')
    const places = new Set(Array.from(journal.matchAll(/^\{"c":\d+.*"place":"(.*)"/gm), ([, place]) => place))
    return {
      tasks: secondsBetween(job, 'JOB_STATE_PARTITIONED', 'JOB_STATE_TASKS_COMPLETED'),
      whole: secondsBetween(job, 'JOB_STATE_STARTED', 'JOB_STATE_COMPLETE'),
      elements: places.size,
      submitted: commands.elements - before.elements - 1,
      calls: callsBetween(commands.calls, before.calls),
      memory: { before: before.memory, after: await platform.memory(), peak: await platform.peakMemory() },
      cpu: (await platform.cpu()) - before.cpu,
    }
  } finally {
    await platform.stop()
    await cluster.run('scancel', ['--me'])
    while ((await cluster.run('squeue', ['--noheader'])) !== '') await sleep(100)
  }
}

/**
 * The job and the arrays by hand take turns.
 * @param {Cluster} cluster
 * @param {{ directory: string, tasks: number, rounds: number }} options
 */
export async function compareWithArrays(cluster, { directory, tasks, rounds }) {
  const program = join(directory, 'program.sh')
  await mkdir(directory, { recursive: true })
  await writeFile(program, SHORT.code, { mode: 0o755 })
  /** @type {{ job: RealJob, array: number, loops: number }[]} */
  const samples = []
  for (let round = 0; round < rounds; round++) {
    samples.push({
      job: await runRealJob(cluster, { directory: join(directory, `job-${round}`), tasks, flags: [] }),
      array: await runByHand(cluster, { directory: join(directory, 'array'), program, tasks, perElement: 1 }),
      loops: await runByHand(cluster, { directory: join(directory, 'loops'), program, tasks, perElement: Math.ceil(tasks / SLOTS) }),
    })
  }
  return samples
}

/**
 * How long one look at a queue takes that has a thousand elements of ours.
 * @param {Cluster} cluster
 * @param {number} looks
 */
export async function timePoll(cluster, looks) {
  const name = 'bytenite-benchmark'
  await cluster.run('sbatch', ['--hold', '--array=0-999', `--job-name=${name}`, '--output=/dev/null', '--wrap', 'true'])
  /** @type {number[]} */
  const times = []
  let bytes = 0
  for (let look = 0; look < looks; look++) {
    const begin = performance.now()
    bytes = (await cluster.run('squeue', ['--noheader', '--array', '--me', '--format=%i|%t|%r|%j'])).length
    times.push(performance.now() - begin)
  }
  await cluster.run('scancel', [`--name=${name}`])
  return { median: median(times), slowest: Math.max(...times), bytes }
}
