import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

/** @import { Cluster } from '../../helpers/slurm-cluster.ts' */

/** The tests' clusters. @type {typeof import('../../helpers/slurm-cluster.ts')} */
const clusters = (
  await runnerImport(fileURLToPath(new URL('../../helpers/slurm-cluster.ts', import.meta.url)), { configFile: false, logLevel: 'error' })
).module

/**
 * Has a real cluster of two nodes for a while, as the tests have it.
 * @template Result
 * @param {(cluster: Cluster) => Promise<Result>} use
 * @returns {Promise<Result | undefined>} nothing where there can be none; the reason was said
 */
export async function withCluster(use) {
  if (!clusters.canRunSlurm()) return undefined
  /** @type {import('../../helpers/slurm-cluster.ts').Ending[]} */
  const endings = []
  try {
    return await use(await clusters.openCluster({}, endings))
  } finally {
    await clusters.endAll(endings)
  }
}
