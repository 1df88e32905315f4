import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'bytenite-uploader'
import { expect } from 'vitest'
import { copyExample } from './examples.ts'
import { runSuccessfully } from './process.ts'
import { vite } from './programs.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { waitFor } from './wait-for.ts'

/** A platform, by its client and the variables for builds that publish to it. */
export interface CountingPlatform {
  client: Client
  env: Record<string, string>
}

const SOURCE = { dataSourceDescriptor: 'file', params: { '@type': 'type.googleapis.com/bytenite.data_source.LocalFileDataSource' } }

/**
 * Publishes the example that counts words, runs it, and checks that it counts what the shell counts.
 * @returns the job's ID
 */
export async function countWords({ client: { jobs }, env }: CountingPlatform): Promise<string> {
  const root = await copyExample('fan-out')
  await runSuccessfully('node', [vite, 'build', '--mode', 'push'], { cwd: root, env })
  const { id } = await jobs.create({ templateId: 'fan-out-template', name: 'count', dataSource: SOURCE, config: { isTestJob: true } })
  await jobs.upload(id, join(root, 'sample/text.txt'))
  await jobs.run(id)
  const hasEnded = async (): Promise<boolean> => ['JOB_STATE_COMPLETE', 'JOB_STATE_FAILED'].includes((await jobs.get(id)).state)
  await waitFor('the end of the job', hasEnded, { timeout: 60_000 })
  expect(await jobs.get(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '', numChunks: 5 })

  const [result, ...others] = await jobs.results(id)
  expect(others).toEqual([])
  const file = join(await temporaryDirectory(), 'result.json')
  await jobs.download(result!, file)
  const count = `tr -cs '[:alpha:]' '\\n' < sample/text.txt | tr '[:upper:]' '[:lower:]' | LC_ALL=C sort | uniq -c | LC_ALL=C sort -k 1,1nr -k 2`
  const lines = (await runSuccessfully('sh', ['-c', count], { cwd: root })).trim().split('\n')
  const expected = lines.map((line) => line.trim().split(' ')).filter((words) => words.length === 2)
  const counts = JSON.parse(await readFile(file, 'utf8')) as Record<string, number>
  expect(Object.entries(counts)).toEqual(expected.map(([number, word]) => [word, Number(number)]))
  return id
}
