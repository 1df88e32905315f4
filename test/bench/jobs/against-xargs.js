import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { run } from '../processes.js'
import { median } from '../statistics.js'
import { secondsBetween } from './platform.js'
import { SPLIT } from './programs.js'

/** @import { App, Platform } from './platform.js' */

/**
 * The same tasks as a job, and started by xargs.
 * @typedef {object} Comparison
 * @property {string} name
 * @property {number} tasks
 * @property {number} job seconds of all tasks, median
 * @property {number} whole seconds of the whole job, median
 * @property {number} xargs seconds, median
 */

/**
 * Both take turns. What they write is checked.
 * @param {Platform} platform with the partitioner
 * @param {App} app
 * @param {{ tasks: number, rounds: number, directory: string }} options
 * @returns {Promise<Comparison>}
 */
export async function compareWithXargs(platform, app, { tasks, rounds, directory }) {
  const code = await platform.publish(app)
  const command = app.entrypoint.endsWith('.sh') ? [join(code, app.entrypoint)] : [process.execPath, join(code, app.entrypoint)]
  /** @type {{ job: number, whole: number, xargs: number }[]} */
  const samples = []
  for (let round = 0; round < rounds; round++) {
    samples.push({ ...(await runJob(platform, app, tasks)), xargs: await runXargs(command, join(directory, 'xargs'), tasks) })
  }
  /** @param {'job' | 'whole' | 'xargs'} field */
  const medianOf = (field) => median(samples.map((sample) => sample[field]))
  return { name: app.name, tasks, job: medianOf('job'), whole: medianOf('whole'), xargs: medianOf('xargs') }
}

/**
 * @param {Platform} platform
 * @param {App} app
 * @param {number} tasks
 */
async function runJob(platform, app, tasks) {
  const id = await platform.submit({ app: app.name, partitioner: SPLIT.name, params: { partitioner: tasks } })
  const job = await platform.complete(id)
  const results = await platform.client.jobs.results(id)
  if (results.length !== tasks) throw new Error(`The job has ${results.length} results, and not ${tasks}.`)
  return {
    job: secondsBetween(job, 'JOB_STATE_PARTITIONED', 'JOB_STATE_TASKS_COMPLETED'),
    whole: secondsBetween(job, 'JOB_STATE_STARTED', 'JOB_STATE_COMPLETE'),
  }
}

/**
 * Only the tasks: their directories and chunks are there before.
 * @param {string[]} command
 * @param {string} directory
 * @param {number} tasks
 */
async function runXargs(command, directory, tasks) {
  for (let chunk = 0; chunk < tasks; chunk++) {
    for (const name of ['task', 'results']) await mkdir(join(directory, String(chunk), name), { recursive: true })
    await writeFile(join(directory, String(chunk), 'task/data.bin'), `${chunk}\n`)
  }
  const variables = ['CHUNK_NUMBER={}', 'TASK_DIR={}/task', 'TASK_RESULTS_DIR={}/results', 'APP_PARAMS={}']
  const parallel = String(availableParallelism())
  const script = 'last=$1; shift; seq 0 "$last" | xargs -P "$0" -I {} env "$@"'
  const begin = performance.now()
  const { exitCode, stderr } = await run(['sh', '-c', script, parallel, String(tasks - 1), ...variables, ...command], directory)
  const seconds = (performance.now() - begin) / 1000
  if (exitCode !== 0) throw new Error(`xargs failed:\n${stderr}`)
  const last = await readFile(join(directory, String(tasks - 1), 'results/out.txt'), 'utf8')
  if (last !== `${tasks - 1}\n`) throw new Error('The tasks that xargs started are not the same.')
  await rm(directory, { recursive: true })
  return seconds
}
