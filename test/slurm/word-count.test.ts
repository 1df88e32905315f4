import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canRunSlurm, shareCluster } from '../helpers/slurm-cluster.ts'
import { startSlurmPlatform, type SlurmPlatform } from '../helpers/slurm-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { countWords } from '../helpers/word-count.ts'

describe.skipIf(!canRunSlurm())('the word count over two nodes', () => {
  const cluster = shareCluster()

  async function placesOf({ client: { jobs } }: SlurmPlatform, id: string): Promise<string[]> {
    const places: string[] = []
    for await (const { chunk } of jobs.tasks(id)) places.push((await jobs.task(id, chunk)).attempts.at(-1)?.place ?? '')
    return places
  }

  const nothingIsLeft = (): Promise<unknown> =>
    waitFor('the queue to be empty', async () => (await cluster().run('squeue', ['--noheader'])) === '', { timeout: 20_000 })

  test('counts what the shell counts, and leaves nothing', async () => {
    const platform = await startSlurmPlatform(cluster())
    const places = await placesOf(platform, await countWords(platform))
    expect(places).toEqual(Array.from({ length: 5 }, () => expect.stringMatching(/^node[12] \(Slurm \d+_\d+\)$/) as string))
    await nothingIsLeft()
    expect((await readdir(join(platform.directory, 'workers'))).toSorted()).toEqual(['owner'])
  })

  test('also where data goes through a shared directory', async () => {
    const shared = await temporaryDirectory()
    const platform = await startSlurmPlatform(cluster(), ['--shared-dir', shared])
    await countWords(platform)
    await nothingIsLeft()
    const [own = '', ...others] = await readdir(shared)
    expect([others, await readdir(join(shared, own))]).toEqual([[], []])
  })
})
