import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { compareArchive } from './compare-archive.js'
import { contenders } from './contenders.js'
import { prepareWorkload, warmUp } from './prepare-workload.js'
import { startReceiver } from './receiver-process.js'
import { Fault, runContender } from './run-contender.js'
import { mediansOf } from './statistics.js'

/** @import { Contender } from './contenders.js' */
/** @import { Usage } from './measure.js' */
/** @import { PreparedWorkload } from './prepare-workload.js' */
/** @import { Workload } from './workloads.js' */

/**
 * What one contender did with one workload.
 * @typedef {object} Result
 * @property {Contender} contender
 * @property {'yes' | 'no' | 'impossible' | 'failed' | '–'} correct a dash where nothing of the workload is used
 * @property {string} [problem] what went wrong
 * @property {Usage} [usage] medians; there are none of a contender that went wrong
 */

/**
 * Lets every contender show that it is correct, then measures those that can do it at all.
 * @param {Workload} workload
 * @param {string} parent
 * @param {(progress: string) => void} onProgress
 * @returns {Promise<Result[]>}
 */
export async function benchWorkload(workload, parent, onProgress) {
  const directory = join(parent, workload.name)
  await mkdir(directory)
  onProgress('writing the files')
  const prepared = await prepareWorkload(workload, directory)
  const results = await verifyAll(prepared, directory, onProgress)
  await measureAll(results, prepared, directory, onProgress)
  await rm(directory, { recursive: true })
  return results
}

/**
 * @param {PreparedWorkload} prepared
 * @param {string} directory
 * @param {(progress: string) => void} onProgress
 */
async function verifyAll(prepared, directory, onProgress) {
  const tar = join(directory, 'arrived.tar')
  const receiver = await startReceiver(directory, tar)
  /** @type {Result[]} */
  const results = []
  for (const contender of contenders) {
    onProgress(`verifying ${contender.name}`)
    /** @type {Result} */
    const result = { contender, correct: contender.kind === 'send' ? '–' : 'yes' }
    results.push(result)
    await noteFault(result, async () => {
      await runContender(contender, prepared, receiver, directory)
      if (contender.kind === 'upload') await compareArchive(tar, prepared.directory, directory)
    })
  }
  receiver.stop()
  await rm(tar, { force: true })
  return results
}

/**
 * @param {Result[]} results gets the medians
 * @param {PreparedWorkload} prepared
 * @param {string} directory
 * @param {(progress: string) => void} onProgress
 */
async function measureAll(results, prepared, directory, onProgress) {
  const receiver = await startReceiver(directory)
  /** @type {Map<Result, Usage[]>} */
  const samples = new Map(results.map((result) => [result, []]))
  await warmUp(prepared)
  const { rounds } = prepared.workload
  for (let round = 0; round < rounds; round++) {
    onProgress(`round ${round + 1} of ${rounds}`)
    for (const result of orderOf(results, round)) {
      if (result.correct === 'impossible' || result.correct === 'failed') continue
      await noteFault(result, async () => {
        samples.get(result)?.push(await runContender(result.contender, prepared, receiver, directory))
      })
    }
  }
  receiver.stop()
  for (const [result, usages] of samples) {
    if (usages.length === rounds) result.usage = mediansOf(usages)
  }
}

/**
 * @param {Result} result
 * @param {() => Promise<void>} action
 */
async function noteFault(result, action) {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    result.correct = error.verdict
    result.problem = error.message
  }
}

/**
 * Another order in each round, forwards and backwards, so that nobody always comes after the same one.
 * @template Item
 * @param {Item[]} items
 * @param {number} round
 */
function orderOf(items, round) {
  const first = round % items.length
  const rotated = [...items.slice(first), ...items.slice(0, first)]
  return round % 2 === 0 ? rotated : rotated.toReversed()
}
