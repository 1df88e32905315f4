import { setTimeout as sleep } from 'node:timers/promises'
import { secondsBetween } from './platform.js'
import { SHELL, SPLIT } from './programs.js'

/** @import { Platform } from './platform.js' */

/**
 * Many jobs that are submitted at once.
 * @param {Platform} platform with the programs
 * @param {{ jobs: number, tasks: number }} options tasks of each
 * @returns {Promise<number>} seconds from the first submission to the end of the last job
 */
export async function runManyJobs(platform, { jobs, tasks }) {
  const request = { app: SHELL.name, partitioner: SPLIT.name, params: { partitioner: tasks } }
  const begin = performance.now()
  const ids = await Promise.all(Array.from({ length: jobs }, () => platform.submit(request)))
  for (const id of ids) await platform.complete(id)
  return (performance.now() - begin) / 1000
}

/**
 * A job with many chunks.
 * @typedef {object} ManyChunks
 * @property {number} tasks seconds
 * @property {number} whole seconds of the whole job
 * @property {number} peak bytes of the server
 * @property {number[]} list milliseconds of each request for the list of jobs, while it ran
 * @property {number[]} read milliseconds of each request for the job, while it ran
 */

/** Milliseconds between two requests. */
const PAUSE = 100

/**
 * @param {Platform} platform with the programs
 * @param {number} chunks
 * @returns {Promise<ManyChunks>}
 */
export async function runManyChunks(platform, chunks) {
  const id = await platform.submit({ app: SHELL.name, partitioner: SPLIT.name, params: { partitioner: chunks } })
  const completed = platform.complete(id)
  let isRunning = true
  const stop = () => void (isRunning = false)
  completed.then(stop, stop)
  /** @type {number[]} */
  const list = []
  /** @type {number[]} */
  const read = []
  while (isRunning) {
    list.push(await millisecondsOf(() => platform.client.jobs.list().next()))
    read.push(await millisecondsOf(() => platform.client.jobs.get(id)))
    await sleep(PAUSE)
  }
  const job = await completed
  return {
    tasks: secondsBetween(job, 'JOB_STATE_PARTITIONED', 'JOB_STATE_TASKS_COMPLETED'),
    whole: secondsBetween(job, 'JOB_STATE_STARTED', 'JOB_STATE_COMPLETE'),
    peak: await platform.peakMemory(),
    list,
    read,
  }
}

/** @param {() => Promise<unknown>} request */
async function millisecondsOf(request) {
  const begin = performance.now()
  await request()
  return performance.now() - begin
}
