import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AttemptEnding } from '../../packages/local/dist/runners/runner.js'
import { createFakeRunner, type FakeRunnerOptions } from '../helpers/fake-runner.ts'
import type { FakeAttempt } from '../helpers/runner-programs.ts'
import { openJobPlatform } from '../helpers/job-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** Jobs on a place that ends attempts as it is told. */
async function open(options: FakeRunnerOptions) {
  const platform = openJobPlatform({ directory: await temporaryDirectory(), runner: createFakeRunner(options) })
  await platform.publish('app', { code: ':', manifest: { device_requirements: { min_cpu: 8, min_memory: 0.5 } } })
  await platform.publish('split', { type: 'partitioner', code: ':' })
  return platform
}

const SUCCESS: AttemptEnding = { type: 'exited', exitCode: 0, signal: null }
const LOST: AttemptEnding = { type: 'lost', reason: 'node 7 died' }

test('an attempt that the place has lost is tried again, although none may fail', async () => {
  const endings = [LOST, LOST, LOST, SUCCESS]
  const { finish, jobs } = await open({ run: async () => endings.shift() ?? SUCCESS })
  const job = await finish({ app: 'app' })
  expect(job.state).toBe('JOB_STATE_COMPLETE')
  expect((await jobs.task(job.id, 0)).attempts).toMatchObject([
    { state: 'failed', reason: 'node 7 died' },
    { state: 'failed' },
    { state: 'failed' },
    { state: 'completed' },
  ])
})

test('one that is lost again and again fails the job', async () => {
  const { finish } = await open({ run: async () => LOST })
  for (const part of [{}, { partitioner: 'split' }]) {
    const { errorMessage } = await finish({ app: 'app', config: { maxTaskRetries: 50 }, ...part })
    expect(errorMessage).toContain('node 7 died')
  }
})

test('what cannot be started is not tried again', async () => {
  let runs = 0
  const run = async (): Promise<AttemptEnding> => {
    runs++
    return { type: 'unstartable', reason: 'there is no such image' }
  }
  const { finish } = await open({ run })
  const { id, errorMessage } = await finish({ app: 'app', config: { maxTaskRetries: 5 } })
  expect(errorMessage).toBe(`Task 0 failed: there is no such image. See its log: bytenite-local logs ${id} --task 0`)
  expect(runs).toBe(1)
})

test('needs above those of the place are clamped, with a line in the log', async () => {
  const { finish, log } = await open({ cpu: 2, run: async () => SUCCESS })
  const { id } = await finish({ app: 'app' })
  expect(await log(id, { part: 'app', chunk: 0 }, true)).toContain('WARN needs 8 vCPUs, and runs with the 2 that this place has')
})

test('a place gets batches no larger than it takes, and what failed comes in as few as can be', async () => {
  const sizes: number[] = []
  const failed = new Set<string>()
  const run = async (_: string, { variables }: FakeAttempt): Promise<AttemptEnding> => {
    const { CHUNKS_DIR: chunks, CHUNK_NUMBER: chunk = '' } = variables
    if (chunks !== undefined) for (let n = 0; n < 10; n++) await writeFile(join(chunks, `data_${n}.bin`), String(n))
    if (chunk === '' || failed.has(chunk) || Number(chunk) % 3 !== 0) return SUCCESS
    failed.add(chunk)
    return { type: 'exited', exitCode: 1, signal: null }
  }
  const { finish, runner } = await open({ maxBatch: 4, run })
  const submit = runner.submit.bind(runner)
  runner.submit = (batch) => {
    sizes.push(batch.size)
    return submit(batch)
  }
  expect(await finish({ app: 'app', partitioner: 'split', config: { maxTaskRetries: 1 } })).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  expect(sizes.slice(0, 4), 'the partitioner, then all tasks').toEqual([1, 4, 4, 2])
  expect(
    sizes.slice(4).reduce((a, b) => a + b, 0),
    'the tasks 0, 3, 6 and 9 again',
  ).toBe(4)
  expect(sizes.length).toBeLessThanOrEqual(6)
})

test('a job tells what its place waits for, as long as it does', async () => {
  const { start, jobs, runner } = await open({ run: async () => SUCCESS })
  const submit = runner.submit.bind(runner)
  let waiting: (reason: string) => void = () => {}
  let begin: () => Promise<void> = () => Promise.resolve()
  runner.submit = async (batch) => {
    waiting = (reason) => batch.host.waiting(reason)
    begin = () => submit(batch)
  }
  const told: (string | undefined)[] = []
  jobs.subscribe(({ event, data }) => event === 'job' && told.push(data.waitsFor))
  const { id } = await start({ app: 'app' })
  await waitFor('the batch', () => jobs.get(id).state === 'JOB_STATE_PARTITIONED')
  for (const reason of ['Slurm: Priority', 'Slurm: Priority', 'Slurm: Resources', '']) waiting(reason)
  expect(told.slice(-3)).toEqual(['Slurm: Priority', 'Slurm: Resources', undefined])
  waiting('Slurm: Resources')
  expect(jobs.get(id).waitsFor).toBe('Slurm: Resources')
  await begin()
  expect(await jobs.ended(id)).not.toHaveProperty('waitsFor')
})

test('what is lost while something else waits to run again does not wait for the end of that', async () => {
  const runs = new Map<string, number>()
  let submitted = 0
  const run = async (_: string, { variables }: FakeAttempt): Promise<AttemptEnding> => {
    const { CHUNKS_DIR: chunks, CHUNK_NUMBER: chunk = '' } = variables
    if (chunks !== undefined) for (let n = 0; n < 3; n++) await writeFile(join(chunks, `data_${n}.bin`), String(n))
    if (chunk === '') return SUCCESS
    runs.set(chunk, 1 + (runs.get(chunk) ?? 0))
    if (runs.get(chunk) === 1) {
      if (chunk !== '0') await waitFor('the first one to be submitted again', () => submitted === 3)
      return LOST
    }
    await waitFor('all to run again', () => [...runs.values()].filter((count) => count === 2).length === 3, { timeout: 5_000 })
    return SUCCESS
  }
  const { start, jobs, runner } = await open({ concurrency: 3, run })
  let lost = 0
  jobs.subscribe(({ event, data }) => void (event === 'task' && data.state === 'Scheduled' && lost++))
  const submit = runner.submit.bind(runner)
  runner.submit = async (batch) => {
    // The partitioner, all tasks, and the first one again, which gets its place when the others are lost, too.
    if (++submitted === 3) await waitFor('all to be lost', () => lost === 3)
    return submit(batch)
  }
  const { id } = await start({ app: 'app', partitioner: 'split' })
  expect(await jobs.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '' })
})
