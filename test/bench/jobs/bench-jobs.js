import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { describeMachine } from '../environment.js'
import { atMost, megabytes, milliseconds, times } from '../goals.js'
import { count, QUICK, reportGoals, table } from '../report.js'
import { percentile } from '../statistics.js'
import { compareWithXargs } from './against-xargs.js'
import { runManyChunks, runManyJobs } from './many.js'
import { Platform } from './platform.js'
import { NODE, SHELL, SPLIT } from './programs.js'
import { measureRestart } from './restart.js'

/** @import { BenchOptions } from '../bench.js' */
/** @import { Goal } from '../goals.js' */

const FULL = { tasks: 1_000, rounds: 3, jobs: 100, tasksOfEach: 10, chunks: 10_000, jobsOnDisk: 10_000 }
const SMALL = { tasks: 100, rounds: 1, jobs: 20, tasksOfEach: 5, chunks: 1_000, jobsOnDisk: 1_000 }
const MB = 1e6

/**
 * Runs jobs on a platform of its own, by the command line as users have it. Whatever goes wrong ends the benchmark.
 * @param {BenchOptions} options
 */
export async function benchJobs({ quick, directory, print }) {
  const sizes = quick ? SMALL : FULL
  print(await header())
  if (quick) print(QUICK)
  /** @type {Goal[]} */
  const goals = []
  for (const part of [tasks, manyJobs, manyChunks, restart]) {
    const { section, goals: own } = await part(sizes, directory)
    print(section)
    goals.push(...own)
  }
  print(reportGoals(goals))
  return true
}

async function header() {
  return [
    '# Benchmark of jobs',
    'What the platform adds to the time of tasks, and what many jobs and tasks cost it.',
    (await describeMachine()).map((line) => `- ${line}`).join('\n'),
    'The platform is `bytenite-local serve`, a process of its own, with its defaults: as many tasks at once as cores. Times of tasks are ' +
      'those from the state `PARTITIONED` to `TASKS_COMPLETED`: directories, chunks, logs, results and the journal included.',
  ].join('\n\n')
}

/**
 * @typedef {object} Part
 * @property {string} section
 * @property {Goal[]} goals
 */

/**
 * @param {typeof FULL} sizes
 * @param {string} directory
 * @returns {Promise<Part>}
 */
async function tasks(sizes, directory) {
  const platform = await startWithPrograms(join(directory, 'tasks'))
  const options = { ...sizes, directory }
  console.error('tasks: shell')
  const shell = await compareWithXargs(platform, SHELL, options)
  console.error('tasks: Node')
  const node = await compareWithXargs(platform, NODE, options)
  await platform.stop()
  const rows = [shell, node].map(({ name, job, whole, xargs }) => [
    name,
    `${xargs.toFixed(2)} s`,
    `${job.toFixed(2)} s`,
    times(job / xargs),
    milliseconds(more(job, xargs, sizes.tasks)),
    `${whole.toFixed(2)} s`,
  ])
  return {
    section: [
      `## ${count(sizes.tasks)} tasks (${sizes.rounds} rounds)`,
      table(['script', '`xargs -P`', 'tasks of the job', 'ratio', 'more per task and core', 'whole job'], rows),
      'The same script with the same chunks. `xargs` starts as many at once, and finds all directories prepared; medians.',
    ].join('\n\n'),
    goals: [
      atMost(
        'a shell script: at most 10 ms more per task and core than xargs',
        more(shell.job, shell.xargs, sizes.tasks),
        10,
        milliseconds,
      ),
      atMost('a Node script: at most 1.25 times what xargs takes', node.job / node.xargs, 1.25, times),
    ],
  }
}

/**
 * Milliseconds per task and core.
 * @param {number} seconds
 * @param {number} than seconds
 * @param {number} tasks
 */
function more(seconds, than, tasks) {
  return ((seconds - than) * 1000 * availableParallelism()) / tasks
}

/**
 * @param {typeof FULL} sizes
 * @param {string} directory
 * @returns {Promise<Part>}
 */
async function manyJobs({ jobs, tasksOfEach }, directory) {
  console.error(`${jobs} jobs at once`)
  const platform = await startWithPrograms(join(directory, 'jobs'))
  const seconds = await runManyJobs(platform, { jobs, tasks: tasksOfEach })
  const peak = await platform.peakMemory()
  await platform.stop()
  // With the partitioner.
  const attempts = jobs * (tasksOfEach + 1)
  return {
    section: [
      `## ${count(jobs)} jobs of ${count(tasksOfEach)} tasks at once`,
      table(
        ['all jobs', 'per attempt and core', 'peak RSS of the server'],
        [[`${seconds.toFixed(2)} s`, milliseconds(more(seconds, 0, attempts)), megabytes(peak / MB)]],
      ),
      'From the first request to the end of the last job, with their partitioners; all were complete.',
    ].join('\n\n'),
    goals: [atMost(`${count(jobs)} jobs at once: at most 150 MB of memory`, peak / MB, 150, megabytes)],
  }
}

/**
 * @param {typeof FULL} sizes
 * @param {string} directory
 * @returns {Promise<Part>}
 */
async function manyChunks({ chunks }, directory) {
  console.error(`${chunks} chunks`)
  const platform = await startWithPrograms(join(directory, 'chunks'))
  const { tasks, whole, peak, list, read } = await runManyChunks(platform, chunks)
  await platform.stop()
  const rows = Object.entries({ list, read }).map(([name, values]) => {
    const [median, most, slowest] = [50, 99, 100].map((percent) => milliseconds(percentile(values, percent)))
    return [name, String(values.length), `${median}`, `${most}`, `${slowest}`]
  })
  return {
    section: [
      `## A job with ${count(chunks)} chunks`,
      table(['tasks', 'whole job', 'peak RSS of the server'], [[`${tasks.toFixed(1)} s`, `${whole.toFixed(1)} s`, megabytes(peak / MB)]]),
      table(['request meanwhile', 'number', 'median', '99 of 100', 'slowest'], rows),
    ].join('\n\n'),
    goals: [
      atMost(`${count(chunks)} chunks: at most 150 MB of memory`, peak / MB, 150, megabytes),
      ...Object.entries({ list, read }).map(([name, values]) =>
        atMost(`${count(chunks)} chunks: ${name} in 100 ms, 99 of 100 times`, percentile(values, 99), 100, milliseconds),
      ),
    ],
  }
}

/**
 * @param {typeof FULL} sizes
 * @param {string} directory
 * @returns {Promise<Part>}
 */
async function restart({ jobsOnDisk: jobs, rounds }, directory) {
  console.error(`${jobs} jobs on disk`)
  const { full, empty } = await measureRestart({ jobs, rounds, directory })
  return {
    section: [
      `## A start with ${count(jobs)} jobs on disk (${rounds} rounds)`,
      table(['with the jobs', 'without any'], [[`${full.toFixed(2)} s`, `${empty.toFixed(2)} s`]]),
      'From the start of the process to the line that says that it is ready; medians.',
    ].join('\n\n'),
    goals: [atMost(`a start with ${count(jobs)} jobs on disk: at most 2 s`, full * 1000, 2000, milliseconds)],
  }
}

/** @param {string} directory */
async function startWithPrograms(directory) {
  const platform = await Platform.start(directory)
  for (const app of [SPLIT, SHELL]) await platform.publish(app)
  return platform
}
