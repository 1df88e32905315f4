import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { processesWith, uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { canRunSlurm, shareCluster, startCluster } from '../helpers/slurm-cluster.ts'
import { waitFor } from '../helpers/wait-for.ts'

describe.runIf(canRunSlurm())('a cluster', () => {
  const shared = shareCluster({ nodes: 1, gpus: 2, config: { MaxArraySize: 5 } })

  test('runs each element of an array on one of its nodes', async () => {
    const { directory, run } = await startCluster()
    await run('sbatch', ['--array=0-7', `--output=${directory}/element-%a`, '--wrap', 'echo "$SLURMD_NODENAME"'])
    await waitFor('all elements to end', async () => (await run('squeue', ['-h'])) === '')
    const files = (await readdir(directory)).filter((name) => name.startsWith('element-')).toSorted()
    expect(files).toEqual(Array.from({ length: 8 }, (_, index) => `element-${index}`))
    for (const file of files) expect(await readFile(join(directory, file), 'utf8')).toMatch(/^node[12]\n$/)
  })

  test('keeps tasks whose daemons were killed, until the whole node is', async () => {
    const { run, killNode, startNode } = shared()
    const seconds = uniqueSeconds()
    await run('sbatch', ['--wrap', `exec sleep ${seconds}`])
    await waitForProcesses(seconds, 1)
    await killNode('node1', 'daemons')
    expect(await processesWith(seconds)).toHaveLength(1)
    await killNode('node1', 'everything')
    expect(await processesWith(seconds)).toEqual([])
    await startNode('node1')
  })

  test('lives on from test to test, and when its controller was killed', async () => {
    const { run, stopController, startController } = shared()
    await run('sbatch', ['--job-name=short', '--wrap', 'true'])
    await waitFor('a job to end', async () => (await run('squeue', ['-h', '-n', 'short'])) === '')
    await stopController('SIGKILL')
    await expect(run('sinfo', [])).rejects.toThrow('Unable to contact slurm controller')
    await startController()
    expect(await run('sinfo', ['-h', '-o', '%N'])).toBe('node1\n')
  })

  test('goes by the given options', async () => {
    const { run } = shared()
    expect(await run('sinfo', ['-h', '-o', '%G'])).toBe('gpu:2\n')
    await expect(run('sbatch', ['--array=0-5', '--wrap', 'true'])).rejects.toThrow('Invalid job array specification')
    expect(await run('sbatch', ['--array=0-4', '--wrap', 'true'])).toMatch(/^Submitted batch job \d+\n$/)
  })
})
