import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { canRunSlurm, shareCluster } from '../helpers/slurm-cluster.ts'
import { startSlurmPlatform } from '../helpers/slurm-platform.ts'
import { chunks, jobOf, startJob } from '../helpers/slurm-tasks.ts'
import { waitFor } from '../helpers/wait-for.ts'

describe.skipIf(!canRunSlurm())('work on a cluster', () => {
  const cluster = shareCluster()
  const hasElements = async (id: string): Promise<boolean> => (await cluster().run('squeue', ['-h', '-o', '%j'])).includes(id)

  test('ends with the job that is aborted, and no other', async () => {
    const platform = await startSlurmPlatform(cluster())
    const [own, others] = [uniqueSeconds(), uniqueSeconds()]
    await platform.publish('split', chunks(12), { type: 'partitioner' })
    await platform.publish('aborted', `setsid sleep ${own} &\nexec sleep ${own}`)
    await platform.publish('other', `exec sleep ${others}`)
    const other = await startJob(platform, { app: 'other' })
    await waitForProcesses(others, 1)
    const aborted = await startJob(platform, { app: 'aborted', partitioner: 'split' })
    // The nodes have eight CPUs.
    await waitForProcesses(own, 14)
    await platform.call(`POST /customer/jobs/${aborted}/abort`)
    expect((await jobOf(platform, aborted)).errorMessage).toBe('aborted by local')
    await waitForProcesses(own, 0)
    await waitFor('its elements to be gone', async () => !(await hasElements(aborted)), { timeout: 5_000 })
    await waitForProcesses(others, 1)
    expect(await hasElements(other)).toBe(true)
    expect((await jobOf(platform, other)).state).toBe('JOB_STATE_PARTITIONED')
    await platform.call(`POST /customer/jobs/${other}/abort`)
  })

  test('of an earlier run whose job is gone is ended, and that of another platform is not', async () => {
    const seconds = uniqueSeconds()
    const [one, other] = [await startSlurmPlatform(cluster()), await startSlurmPlatform(cluster())]
    const ids: string[] = []
    for (const platform of [one, other]) {
      await platform.publish('work', `exec sleep ${seconds}`)
      ids.push(await startJob(platform, { app: 'work' }))
    }
    await waitForProcesses(seconds, 2)
    one.program.kill('SIGKILL')
    await one.program.end()
    await rm(join(one.directory, 'jobs', ids[0] ?? ''), { recursive: true })
    const again = await one.restart('SIGKILL')
    await waitFor('the elements without a job to be gone', async () => !(await hasElements(ids[0] ?? '')))
    await waitForProcesses(seconds, 1)
    expect(await hasElements(ids[1] ?? '')).toBe(true)
    expect((await jobOf(other, ids[1] ?? '')).state).toBe('JOB_STATE_PARTITIONED')
    again.program.kill('SIGTERM')
    expect(await again.program.end()).toMatchObject({ exitCode: 0, stderr: '' })
  })
})
