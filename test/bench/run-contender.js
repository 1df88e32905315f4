import { measure } from './measure.js'

/** @import { Contender } from './contenders.js' */
/** @import { Usage } from './measure.js' */
/** @import { PreparedWorkload } from './prepare-workload.js' */
/** @import { Receiver } from './receiver-process.js' */

/** Why a run does not count. */
export class Fault extends Error {
  /**
   * @param {'no' | 'impossible' | 'failed'} verdict whether something wrong was done, nothing can be done, or nothing was
   * @param {string} message
   */
  constructor(verdict, message) {
    super(message)
    this.verdict = verdict
  }
}

/**
 * Runs a contender once, and makes sure that it did what it says.
 * @param {Contender} contender
 * @param {PreparedWorkload} prepared
 * @param {Receiver} receiver
 * @param {string} directory where it runs
 * @returns {Promise<Usage>}
 * @throws {Fault}
 */
export async function runContender(contender, prepared, receiver, directory) {
  const { output, usage } = await measure(contender.command(prepared, receiver.url), directory)
  const arrived = await receiver.takeLast()
  if (output.exitCode !== 0) throw new Fault('failed', `exit code ${output.exitCode}\n${output.stderr}`)
  if (output.stdout.startsWith('impossible')) throw new Fault('impossible', output.stdout)
  if (contender.kind === 'send') {
    if (arrived?.bodySize !== prepared.bodySize) throw new Fault('no', `${arrived?.bodySize} of ${prepared.bodySize} bytes arrived`)
    return usage
  }
  if (contender.kind === 'hash' && arrived !== null) throw new Fault('no', 'it sent something')
  const expected = contender.kind === 'upload' ? arrived?.hash : prepared.hash
  const printed = /^[0-9a-f]{64}\b/.exec(output.stdout)?.[0]
  if (printed === undefined || printed !== expected) throw new Fault('no', `its hash is ${printed}, and not ${expected}`)
  return usage
}
