import { existsSync } from 'node:fs'
import type { AttemptRecord } from 'bytenite-uploader/wire-jobs'
import { describe, expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { canRunSlurm, startCluster, type Cluster } from '../helpers/slurm-cluster.ts'
import { startSlurmPlatform, type SlurmPlatform } from '../helpers/slurm-platform.ts'
import {
  chunks,
  isRunning,
  JOIN_ALL,
  openLedger,
  startJob,
  task,
  tasksOf,
  waitsFor,
  workersOn,
  type Ledger,
} from '../helpers/slurm-tasks.ts'
import { waitFor } from '../helpers/wait-for.ts'

const COMPLETE = { state: 'JOB_STATE_COMPLETE', errorMessage: '' }

interface Started {
  cluster: Cluster
  platform: SlurmPlatform
  ledger: Ledger
  id: string
}

/** A job with so many tasks, on two nodes with two CPUs each. */
async function start(count: number, seconds: number, before?: (cluster: Cluster) => Promise<void>): Promise<Started> {
  const [cluster, ledger] = [await startCluster({ cpus: 2 }), await openLedger()]
  const platform = await startSlurmPlatform(cluster)
  await platform.publish('split', chunks(count), { type: 'partitioner' })
  await platform.publish('work', task(ledger, seconds))
  await platform.publish('join', JOIN_ALL, { type: 'assembler' })
  await before?.(cluster)
  return { cluster, platform, ledger, id: await startJob(platform, { app: 'work', partitioner: 'split', assembler: 'join' }) }
}

/** Checks that a job completes. @returns the attempts of its tasks */
async function completes({ platform, id }: Started): Promise<AttemptRecord[][]> {
  const { numChunks, ...job } = await platform.ended(id, { timeout: 90_000 })
  expect(job).toMatchObject(COMPLETE)
  expect(await platform.results(id)).toEqual({ 'all.txt': Array.from({ length: numChunks }, (_, chunk) => `${chunk}\n`).join('') })
  const attempts: AttemptRecord[][] = []
  for (const { chunk } of await tasksOf(platform, id)) attempts.push((await platform.client.jobs.task(id, chunk)).attempts)
  return attempts
}

describe.skipIf(!canRunSlurm())('a job completes', () => {
  test('when a node dies: what ran there runs again elsewhere', async () => {
    const started = await start(4, 4)
    const { cluster, platform, ledger, id } = started
    await isRunning(ledger, 4)
    const isTold = async (): Promise<boolean> => (await tasksOf(platform, id)).every(({ state }) => state === 'Running')
    await waitFor('all to be told', isTold)
    await cluster.killNode('node2', 'everything')
    const attempts = await completes(started)
    expect(attempts.filter(({ length }) => length === 2)).toHaveLength(2)
    for (const [first, second] of attempts.filter(({ length }) => length === 2)) {
      expect(first).toMatchObject({ state: 'failed', reason: 'its worker on node2 is gone (Slurm: NODE_FAIL, on node2)' })
      expect(second).toMatchObject({ state: 'completed', place: expect.stringMatching(/^node1 /) as string })
    }
    expect(await ledger.runs()).toEqual(attempts.map(({ length }) => length))
  })

  test('when the daemons of a node die, and its tasks run on: the first report counts', async () => {
    const started = await start(4, 3)
    const { cluster, platform, ledger, id } = started
    await isRunning(ledger, 4)
    const workers = [...(await workersOn(cluster, 'node2')).values()]
    expect(workers).toHaveLength(2)
    onTestFinished(() => cluster.killNode('node2', 'everything'))
    await cluster.killNode('node2', 'daemons')
    // They say nothing until the others are done.
    for (const pid of workers) process.kill(pid, 'SIGSTOP')
    const attempts = await completes(started)
    expect(await ledger.runs()).toEqual(attempts.map(({ length }) => length))
    expect(attempts.filter(({ length }) => length === 2)).toHaveLength(2)
    for (const pid of workers) process.kill(pid, 'SIGCONT')
    await waitFor('the workers to end', async () => (await workersOn(cluster, 'node2')).size === 0)
    expect(await completes(started)).toEqual(attempts)
    expect((await platform.client.jobs.get(id)).state).toBe('JOB_STATE_COMPLETE')
  })

  test('when the controller does not run at first', async () => {
    const started = await start(4, 0.2, (cluster) => cluster.stopController('SIGKILL'))
    const { cluster, platform, ledger, id } = started
    await waitsFor(platform, id, /^Slurm does not answer: slurm_load_jobs error: Unable to contact slurm controller/)
    await cluster.startController()
    await completes(started)
    expect(await ledger.runs()).toEqual([1, 1, 1, 1])
  })

  test.each([
    ['right after the workers were submitted', 1],
    ['in the middle', 6],
  ])('when the controller dies %s', async (_, running) => {
    const started = await start(8, 3)
    const { cluster, platform, ledger, id } = started
    await isRunning(ledger, running)
    await cluster.stopController('SIGKILL')
    await waitsFor(platform, id, /^Slurm does not answer/)
    await waitFor('tasks to end meanwhile', async () => (await tasksOf(platform, id)).some(({ state }) => state === 'Completed'))
    await cluster.startController()
    const attempts = await completes(started)
    expect(await ledger.runs()).toEqual(attempts.map(({ length }) => length))
    for (const [first] of attempts) if (first?.state !== 'completed') expect(first?.reason).toMatch(/^its worker on node[12] is gone/)
  })

  test('when a worker is killed, and nothing that it has started is left', async () => {
    const [cluster, ledger, seconds] = [await startCluster(), await openLedger(), uniqueSeconds()]
    const platform = await startSlurmPlatform(cluster)
    await platform.publish(
      'work',
      `echo 0 >>"${ledger.file}"
      [ $(wc -l <"${ledger.file}") = 1 ] || exit 0
      sleep ${seconds} &
      setsid sleep ${seconds} &
      (setsid sh -c 'exec sleep ${seconds}' &)
      exec sleep ${seconds}`,
    )
    const id = await startJob(platform, { app: 'work' })
    await waitForProcesses(seconds, 4)
    const [[directory, pid] = ['', 0]] = await workersOn(cluster, 'node1')
    expect(existsSync(directory)).toBe(true)
    process.kill(pid, 'SIGKILL')
    await waitForProcesses(seconds, 0)
    await waitFor('its directory to be gone', () => !existsSync(directory))
    expect(await platform.ended(id)).toMatchObject(COMPLETE)
    expect(await ledger.runs()).toEqual([2])
    expect((await platform.client.jobs.task(id, 0)).attempts).toMatchObject([
      { state: 'failed', reason: 'its worker on node1 is gone (Slurm: FAILED, exit code 137, on node1)' },
      { state: 'completed' },
    ])
  })
})
