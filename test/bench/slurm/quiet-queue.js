import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Platform } from '../jobs/platform.js'
import { SHELL } from '../jobs/programs.js'
import { callsBetween } from './commands.js'
import { StubCluster } from './stub-cluster.js'

/**
 * What it costs to wait for a queue in which nothing happens.
 * @param {{ directory: string, settle: number, seconds: number }} options seconds until the pauses are as long as they get, and then
 */
export async function watchQuietQueue({ directory, settle, seconds }) {
  const cluster = new StubCluster(join(directory, 'cluster'), 'PD', () => {})
  const platform = await Platform.start(directory, { flags: ['--runner', 'slurm'], env: { PATH: cluster.commands.path } })
  try {
    await platform.publish(SHELL)
    await platform.submit({ app: SHELL.name })
    await sleep(settle * 1000)
    const before = { calls: cluster.commands.calls, cpu: await platform.cpuWithCommands() }
    await sleep(seconds * 1000)
    return { calls: callsBetween(cluster.commands.calls, before.calls), cpu: (await platform.cpuWithCommands()) - before.cpu }
  } finally {
    await platform.stop()
    cluster.close()
    await rm(directory, { recursive: true })
  }
}
