import { cpSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { median } from '../statistics.js'
import { Platform } from './platform.js'
import { SHELL } from './programs.js'

/**
 * How long a platform takes to start with many jobs that have ended.
 * @param {{ jobs: number, rounds: number, directory: string }} options
 * @returns {Promise<{ full: number, empty: number }>} seconds, medians; the latter without any job
 */
export async function measureRestart({ jobs, rounds, directory }) {
  const [full, empty] = [join(directory, 'full'), join(directory, 'empty')]
  for (const place of [full, empty]) {
    const platform = await Platform.start(place)
    await platform.publish(SHELL)
    if (place === full) await platform.complete(await platform.submit({ app: SHELL.name }))
    await platform.stop()
  }
  await copyJob(join(full, 'data/jobs'), jobs)
  const times = { full: /** @type {number[]} */ ([]), empty: /** @type {number[]} */ ([]) }
  for (let round = 0; round < rounds; round++) {
    times.full.push(await startOnce(full, jobs))
    times.empty.push(await startOnce(empty, 0))
  }
  return { full: median(times.full), empty: median(times.empty) }
}

/**
 * Copies the only job, as if each had run.
 * @param {string} directory of all jobs
 * @param {number} count
 */
async function copyJob(directory, count) {
  const [id = ''] = await readdir(directory)
  const record = await readFile(join(directory, id, 'job.json'), 'utf8')
  for (let number = 1; number < count; number++) {
    const copy = id.slice(0, -12) + number.toString(16).padStart(12, '0')
    cpSync(join(directory, id), join(directory, copy), { recursive: true })
    await writeFile(join(directory, copy, 'job.json'), record.replaceAll(id, copy))
  }
}

/**
 * @param {string} directory
 * @param {number} jobs
 */
async function startOnce(directory, jobs) {
  const begin = performance.now()
  const platform = await Platform.start(directory)
  const seconds = (performance.now() - begin) / 1000
  let count = 0
  for await (const _ of platform.client.jobs.list({ pageSize: 1000 })) count++
  await platform.stop()
  if (count !== jobs) throw new Error(`The platform has ${count} jobs after a restart, and not ${jobs}.`)
  return seconds
}
