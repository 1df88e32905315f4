import { describe, expect, test } from 'vitest'
import { canRunSlurm, shareCluster } from '../helpers/slurm-cluster.ts'
import { startSlurmPlatform, type SlurmPlatform } from '../helpers/slurm-platform.ts'
import { chunks, isRunning, JOIN_ALL, logOf, openLedger, startJob, task, tasksOf, type Ledger } from '../helpers/slurm-tasks.ts'
import { waitFor } from '../helpers/wait-for.ts'

const CHUNKS = 14

describe.skipIf(!canRunSlurm())('a platform that ends and starts again', () => {
  const cluster = shareCluster()

  async function checkJob(platform: SlurmPlatform, id: string, ledger: Ledger): Promise<void> {
    const job = await platform.ended(id, { timeout: 60_000 })
    expect(job).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '', numChunks: CHUNKS })
    expect(await platform.results(id)).toEqual({ 'all.txt': Array.from({ length: CHUNKS }, (_, chunk) => `${chunk}\n`).join('') })
    expect(await ledger.runs()).toEqual(Array.from({ length: CHUNKS }, () => 1))
    for (const { chunk, attempts } of await tasksOf(platform, id)) {
      expect(attempts).toBe(1)
      expect(await logOf(platform, id, chunk)).toEqual([`start ${chunk}`, `end ${chunk}`])
      const [attempt] = (await platform.client.jobs.task(id, chunk)).attempts
      expect(attempt).toMatchObject({ state: 'completed', place: expect.stringMatching(/^node[12] \(Slurm \d+_\d+\)$/) as string })
    }
    await waitFor('the queue to be empty', async () => (await cluster().run('squeue', ['--noheader'])) === '')
  }

  test.each(['SIGKILL', 'SIGTERM'] as const)('goes on with tasks that run and wait: %s', async (signal) => {
    const ledger = await openLedger()
    const first = await startSlurmPlatform(cluster())
    await first.publish('split', chunks(CHUNKS), { type: 'partitioner' })
    await first.publish('work', task(ledger, 2))
    await first.publish('join', JOIN_ALL, { type: 'assembler' })
    const id = await startJob(first, { app: 'work', partitioner: 'split', assembler: 'join' })
    await isRunning(ledger, 8)
    const second = await first.restart(signal)
    await checkJob(second, id, ledger)
  })

  test('goes on with a partitioner and an assembler that run', async () => {
    const ledger = await openLedger()
    const first = await startSlurmPlatform(cluster())
    await first.publish('split', `echo 0 >>${ledger.file}\nsleep 1.5\n${chunks(CHUNKS)}`, { type: 'partitioner' })
    await first.publish('work', 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/out.txt"')
    await first.publish('join', `echo 1 >>${ledger.file}\nsleep 1.5\n${JOIN_ALL}`, { type: 'assembler' })
    const id = await startJob(first, { app: 'work', partitioner: 'split', assembler: 'join' })
    await isRunning(ledger, 1)
    const second = await first.restart('SIGKILL')
    await waitFor('the assembler to run', async () => (await ledger.runs())[1] === 1)
    const third = await second.restart('SIGKILL')
    expect(await third.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '' })
    expect(await ledger.runs()).toEqual([1, 1])
    expect(await third.results(id)).toEqual({ 'all.txt': Array.from({ length: CHUNKS }, (_, chunk) => `${chunk}\n`).join('') })
  })
})
