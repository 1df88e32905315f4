import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeMachine } from '../environment.js'
import { atMost, megabytes, milliseconds, times } from '../goals.js'
import { run } from '../processes.js'
import { count, QUICK, reportGoals, table } from '../report.js'
import { median } from '../statistics.js'
import { allCalls, COMMANDS } from './commands.js'
import { runManyTasks } from './many-tasks.js'
import { watchQuietQueue } from './quiet-queue.js'
import { compareWithArrays, runRealJob, SLOTS, timePoll } from './real-tasks.js'
import { withCluster } from './with-cluster.js'

/** @import { BenchOptions } from '../bench.js' */
/** @import { Goal } from '../goals.js' */
/** @import { ManyTasks } from './many-tasks.js' */
/** @import { RealJob } from './real-tasks.js' */

const FULL = { tasks: 2_000, alone: 200, rounds: 1, looks: 20, sizes: [10_000, 30_000, 100_000], crowd: 10_000, settle: 45, quiet: 60 }
const SMALL = { tasks: 100, alone: 20, rounds: 1, looks: 3, sizes: [300, 1_000], crowd: 1_000, settle: 5, quiet: 10 }

/** Workers of the jobs that grow. */
const WORKERS = 100
/** As many as a platform has at most, where nobody says otherwise. */
const CROWD = 1_000

const MB = 1e6
const TEN_MINUTES = 600

/**
 * Runs jobs on Slurm: on a real cluster, and on one that is simulated and as large as is wanted. Whatever goes wrong ends the benchmark.
 * @param {BenchOptions} options
 */
export async function benchSlurm({ quick, directory, print }) {
  const sizes = quick ? SMALL : FULL
  print(await header())
  if (quick) print(QUICK)
  /** @type {Goal[]} */
  const goals = []
  for (const part of [realTasks, manyTasks, quietQueue]) {
    const { section, goals: own } = await part(sizes, directory)
    print(section)
    goals.push(...own)
  }
  print(`Load of the machine at the end: ${load()}.`)
  print(reportGoals(goals))
  return true
}

async function header() {
  return [
    '# Benchmark of Slurm',
    'What the platform adds to tasks that run on a cluster, and what many of them cost it.',
    (await describeMachine()).map((line) => `- ${line}`).join('\n') +
      `\n- Load at the start: ${load()}\n- Temporary files: ${await fileSystem()}`,
    'The platform is `bytenite-local serve --runner slurm`, a process of its own. Times of tasks are those from the state `PARTITIONED` to ' +
      '`TASKS_COMPLETED`.',
  ].join('\n\n')
}

/** The kind of file system that has the temporary files: creating files is much of what a task costs. */
async function fileSystem() {
  const { stdout } = await run(['stat', '--file-system', '--format=%T', tmpdir()], tmpdir())
  return stdout.trim()
}

function load() {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(', ')
}

/** @typedef {{ section: string, goals: Goal[] }} Part */

/**
 * @param {typeof FULL} sizes
 * @param {string} directory
 * @returns {Promise<Part>}
 */
async function realTasks({ tasks, alone, rounds, looks }, directory) {
  console.error(`${tasks} tasks on a real cluster`)
  const measured = await withCluster(async (cluster) => ({
    samples: await compareWithArrays(cluster, { directory: join(directory, 'real'), tasks, rounds }),
    single: await runRealJob(cluster, { directory: join(directory, 'single'), tasks: alone, flags: ['--bundle', '1'] }),
    poll: await timePoll(cluster, looks),
  }))
  if (measured === undefined) return { section: '## A real cluster\n\nLeft out, because none can run here.', goals: [] }
  const { samples, single, poll } = measured
  const [array, loops, job] = [
    median(samples.map((sample) => sample.array)),
    median(samples.map((sample) => sample.loops)),
    median(samples.map((sample) => sample.job.tasks)),
  ]
  const last = /** @type {RealJob} */ (samples.at(-1)?.job)
  /** @param {number} seconds @param {number} own */
  const row = (seconds, own) => [
    `${seconds.toFixed(1)} s`,
    milliseconds(((seconds * SLOTS) / own) * 1000),
    times(seconds / own / (array / tasks)),
  ]
  return {
    section: [
      `## ${count(tasks)} tasks of 50 ms on a real cluster (${rounds} ${rounds === 1 ? 'round' : 'rounds'})`,
      `Two nodes of four CPUs, which are all this machine. A shell script reads its chunk, writes its result and sleeps.`,
      table(
        ['', 'elements', 'tasks', 'per task and slot', 'ratio per task'],
        [
          ['arrays by hand, a task in each element', count(tasks), ...row(array, tasks)],
          [`an array by hand, a loop in each of ${SLOTS} elements`, String(SLOTS), ...row(loops, tasks)],
          ['a job', `${last.elements} of ${last.submitted}`, ...row(job, tasks)],
          [`a job of ${count(alone)} tasks with \`--bundle 1\``, `${single.elements} of ${single.submitted}`, ...row(single.tasks, alone)],
        ],
      ),
      'Elements are those that ran tasks, of those that were submitted. Arrays by hand are measured from `sbatch` until the queue is empty; there is no more in one array than `MaxArraySize` allows.',
      table(
        ['the platform meanwhile', 'RSS before', 'RSS after', 'peak RSS', 'CPU', ...COMMANDS.map((name) => `\`${name}\``)],
        Object.entries({ job: last, '`--bundle 1`': single }).map(([name, { memory, cpu, calls }]) => {
          const sizes = [memory.before, memory.after, memory.peak].map((bytes) => megabytes(bytes / MB))
          return [name].concat(
            sizes,
            `${cpu.toFixed(1)} s`,
            COMMANDS.map((command) => String(calls[command])),
          )
        }),
      ),
      `A look at the queue with 1,000 elements of ours: ${milliseconds(poll.median)} (median of ${looks}; slowest ${milliseconds(poll.slowest)}), ${count(poll.bytes)} bytes.`,
    ].join('\n\n'),
    goals: [atMost(`${count(tasks)} tasks of 50 ms: at most 1.15 times what arrays by hand take`, job / array, 1.15, times)],
  }
}

/**
 * @param {typeof FULL} options
 * @param {string} directory
 * @returns {Promise<Part>}
 */
async function manyTasks({ sizes, crowd }, directory) {
  /** @type {ManyTasks[]} */
  const measured = []
  for (const tasks of sizes) {
    console.error(`${tasks} simulated tasks`)
    measured.push(await runManyTasks({ tasks, workers: WORKERS, directory: join(directory, `many-${tasks}`) }))
  }
  console.error(`${crowd} simulated tasks of ${CROWD} workers`)
  const crowded = await runManyTasks({ tasks: crowd, workers: CROWD, directory: join(directory, 'crowd') })
  const [least, most] = [/** @type {ManyTasks} */ (measured.at(0)), /** @type {ManyTasks} */ (measured.at(-1))]
  const perTask = (most.half.heap - least.half.heap) / (most.tasks - least.tasks)
  const all = [...measured, crowded]
  const names = all.map((job) => `${count(job.tasks)}${job === crowded ? `, ${count(CROWD)} workers` : ''}`)
  /** @param {(job: ManyTasks) => string} of */
  const cells = (of) => all.map(of)
  /** @param {(job: ManyTasks) => number} of */
  const mb = (of) => cells((job) => megabytes(of(job) / MB))
  return {
    section: [
      `## Many simulated tasks, of ${WORKERS} workers`,
      "The commands of Slurm are stubs, and the workers are simulated in the benchmark's process, which has the same cores: they say what workers say, and run nothing. So this is what the platform itself needs.",
      table(
        ['tasks', ...names],
        [
          ['chunks received and numbered', ...cells(({ partition }) => `${partition.toFixed(1)} s`)],
          ['all tasks', ...cells(({ seconds }) => `${seconds.toFixed(1)} s`)],
          ['tasks a second', ...cells(({ tasks, seconds }) => (tasks / seconds).toFixed(0))],
          ['requests a second', ...cells(({ requests, seconds }) => (requests / seconds).toFixed(0))],
          ['requests per task', ...cells(({ requests, tasks }) => (requests / tasks).toFixed(2))],
          ['CPU of the platform per task', ...cells(({ cpu, tasks }) => milliseconds((cpu * 1000) / tasks))],
          ['elements submitted', ...cells(({ elements }) => count(elements))],
          ...COMMANDS.map((name) => [`\`${name}\``, ...cells(({ calls }) => String(calls[name]))]),
          ['all calls a minute', ...cells(({ calls, seconds }) => ((allCalls(calls) * 60) / seconds).toFixed(1))],
          ['heap without garbage: idle', ...mb(({ idle }) => idle.heap)],
          ['heap: half of the tasks done, none running', ...mb(({ half }) => half.heap)],
          ['heap: after the job', ...mb(({ after }) => after.heap)],
          ['RSS: idle', ...mb(({ idle }) => idle.rss)],
          ['RSS: half', ...mb(({ half }) => half.rss)],
          ['peak RSS', ...mb(({ peak }) => peak)],
        ],
      ),
      `From ${count(least.tasks)} to ${count(most.tasks)} tasks, the heap grows by ${perTask.toFixed(0)} bytes per task.`,
      table(
        ['on disk, per task', 'files', ...names.slice(0, measured.length).map((name) => `bytes of ${name}`), 'in whole blocks'],
        Object.entries(most.disk).map(([kind, { files, taken }]) => {
          const bytes = measured.map(({ disk, tasks }) => ((disk[kind]?.bytes ?? NaN) / tasks).toFixed(1))
          return [kind, (files / most.tasks).toFixed(2)].concat(bytes, (taken / most.tasks).toFixed(0))
        }),
      ),
      'Chunks and results have 8 bytes each. Files are counted with directories.',
    ].join('\n\n'),
    goals: [
      atMost('at most 200 bytes of memory for each further task', perTask, 200, (bytes) => `${bytes.toFixed(0)} bytes`),
      atMost(
        `${count(most.tasks)} tasks: at most 1.25 times the CPU per task of ${count(least.tasks)}`,
        most.cpu / most.tasks / (least.cpu / least.tasks),
        1.25,
        times,
      ),
    ],
  }
}

/**
 * @param {typeof FULL} sizes
 * @param {string} directory
 * @returns {Promise<Part>}
 */
async function quietQueue({ settle, quiet }, directory) {
  console.error('a quiet queue')
  const { calls, cpu } = await watchQuietQueue({ directory: join(directory, 'quiet'), settle, seconds: quiet })
  const factor = TEN_MINUTES / quiet
  return {
    section: [
      '## Ten minutes of a quiet queue',
      table(
        [...COMMANDS.map((name) => `\`${name}\``), 'CPU, with the commands'],
        [[...COMMANDS.map((name) => (calls[name] * factor).toFixed(0)), `${(cpu * factor).toFixed(2)} s`]],
      ),
      `A job waits for its first element. From ${quiet} s, after ${settle} s in which the pauses grew.`,
    ].join('\n\n'),
    goals: [],
  }
}
