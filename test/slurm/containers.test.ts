import { describe, expect, test } from 'vitest'
import { containers, IMAGE, openPodman } from '../helpers/podman.ts'
import { canRunSlurm, shareCluster } from '../helpers/slurm-cluster.ts'
import { startSlurmPlatform } from '../helpers/slurm-platform.ts'
import { logOf, startJob, workersOn } from '../helpers/slurm-tasks.ts'
import { waitFor } from '../helpers/wait-for.ts'

const variables = canRunSlurm() ? await openPodman() : undefined

describe.skipIf(variables === undefined)('containers on a cluster', () => {
  const cluster = shareCluster({ nodes: 1 })

  test('run a task to its end, and are gone with it, with its job, and with its worker', async () => {
    const exported = Object.entries(variables ?? {}).map(([name, value]) => `${name}=${value}`)
    const platform = await startSlurmPlatform(cluster(), ['--container', 'podman', `--sbatch-args=--export=ALL,${exported.join(',')}`])
    const config = { container: IMAGE }
    const { jobs } = platform.client
    await platform.publish('ok', 'echo "$TASK_DIR"; echo x >"$TASK_RESULTS_DIR/x"; chmod 600 "$TASK_RESULTS_DIR/x"', { config })
    await platform.publish('fails', 'exit 11', { config })
    await platform.publish('slow', 'echo running; exec sleep 1000', { config })
    const [ok, fails, late, aborted] = await Promise.all([
      startJob(platform, { app: 'ok' }),
      startJob(platform, { app: 'fails' }),
      startJob(platform, { app: 'slow', config: { taskTimeout: 1 } }),
      startJob(platform, { app: 'slow' }),
    ])
    expect((await platform.ended(ok)).errorMessage).toBe('')
    expect(await logOf(platform, ok, 0)).toEqual(['/bytenite/task'])
    expect(await platform.results(ok)).toEqual({ x: 'x\n' })
    expect((await platform.ended(fails)).errorMessage).toMatch(/^Task 0 failed: exited with code 11\./)
    expect((await platform.ended(late)).errorMessage).toMatch(/^Task 0 failed: took longer than its time limit of 1 s\./)
    const runs = async (): Promise<boolean> => (await logOf(platform, aborted, 0)).includes('running')
    await waitFor('the container to run', runs)
    const [first = '', ...others] = containers()
    expect(others).toEqual([])

    // The workers of the other jobs may still be about to end.
    let workers: number[] = []
    const isAlone = async (): Promise<boolean> => (workers = [...(await workersOn(cluster(), 'node1')).values()]).length === 1
    await waitFor('the other workers to end', isAlone)
    process.kill(Number(workers[0]), 'SIGKILL')
    await waitFor('the container without a worker to be gone', () => !containers().includes(first))
    await waitFor('another attempt', async () => (await jobs.task(aborted, 0)).attempts.length === 2)
    await waitFor('the next container to run', runs)
    await platform.call(`POST /customer/jobs/${aborted}/abort`)
    await waitFor('the container of an aborted job to be gone', () => containers().length === 0)
  })
})
