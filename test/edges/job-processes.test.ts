import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { openJobPlatform, type JobPlatform, type JobPlatformOptions } from '../helpers/job-platform.ts'
import { processesWith, uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

const SPLIT = {
  type: 'partitioner' as const,
  code: 'for n in $(seq 0 $(($(echo "$PARTITIONER_PARAMS") - 1))); do echo $n > "$CHUNKS_DIR/data_$n.bin"; done',
}

async function open(options: Partial<JobPlatformOptions> = {}): Promise<JobPlatform & { directory: string }> {
  const directory = options.directory ?? (await temporaryDirectory())
  const platform = openJobPlatform({ concurrency: 2, ...options, directory })
  await platform.publish('split', SPLIT)
  return { ...platform, directory }
}

/** A script that starts processes in its group, and out of it. */
const family = (seconds: string): string =>
  `sleep ${seconds} & (setsid sleep ${seconds} &); (setsid sh -c 'sleep ${seconds}; :' > /dev/null 2>&1 &)`

test('when an attempt has ended, nothing that it started is left, whatever ended it', async () => {
  const seconds = uniqueSeconds()
  const { publish, finish, start, jobs } = await open()
  await publish('ends', { code: family(seconds) })
  await publish('fails', { code: `${family(seconds)}; exit 1` })
  await publish('stays', { code: `${family(seconds)}; trap '' TERM; sleep ${seconds}` })
  expect(await finish({ app: 'ends' })).toMatchObject({ errorMessage: '' })
  expect(await processesWith(seconds)).toEqual([])
  expect(await finish({ app: 'fails' })).toMatchObject({ state: 'JOB_STATE_FAILED' })
  expect(await processesWith(seconds)).toEqual([])
  expect(await finish({ app: 'stays', config: { taskTimeout: 1, maxTaskRetries: 1 } })).toMatchObject({
    errorMessage: expect.stringContaining('Task 0 failed 2 times: took longer than its time limit of 1 s.') as string,
  })
  expect(await processesWith(seconds)).toEqual([])
  const { id } = await start({ app: 'stays' })
  await waitForProcesses(seconds, 4)
  await jobs.abort(id, 'the test')
  expect(await processesWith(seconds)).toEqual([])
})

test('a job that takes too long is stopped, in each of its parts', async () => {
  const seconds = uniqueSeconds()
  const { publish, finish } = await open()
  await publish('slow', { code: `sleep ${seconds}` })
  await publish('slow-split', { type: 'partitioner', code: `sleep ${seconds}` })
  await publish('slow-join', { type: 'assembler', code: `sleep ${seconds}` })
  await publish('quick', { code: ':' })
  for (const parts of [{ app: 'slow' }, { app: 'quick', partitioner: 'slow-split' }, { app: 'quick', assembler: 'slow-join' }]) {
    const job = await finish({ ...parts, config: { jobTimeout: 1 } })
    expect(job).toMatchObject({ errorMessage: 'The job took longer than its time limit of 1 s. Raise jobTimeout, or split the work.' })
    expect(job.duration).toBeLessThan(5)
    expect(await processesWith(seconds)).toEqual([])
  }
})

test('when a task has failed too often, the others are stopped at once', async () => {
  const seconds = uniqueSeconds()
  const { publish, finish, jobs } = await open()
  await publish('one', { code: `[ "$(cat "$TASK_DIR/data.bin")" = 1 ] && exit 9; exec sleep ${seconds}` })
  const job = await finish({ app: 'one', partitioner: 'split', params: { partitioner: 50 } })
  expect(job).toMatchObject({ state: 'JOB_STATE_FAILED', tasks: { scheduled: 49, running: 0, completed: 0, failed: 1 } })
  expect(await processesWith(seconds)).toEqual([])
  expect((await jobs.task(job.id, 0)).attempts).toMatchObject([{ state: 'aborted' }])
  expect((await jobs.task(job.id, 40)).attempts).toEqual([])
})

test('a small job does not wait for all of a large one', async () => {
  const { publish, start, finish, jobs } = await open()
  await publish('short', { code: 'sleep 0.05' })
  const large = await start({ app: 'short', partitioner: 'split', params: { partitioner: 200 } })
  await waitFor('the large job', () => jobs.get(large.id).tasks?.running)
  await finish({ app: 'short', partitioner: 'split', params: { partitioner: 3 } })
  expect(jobs.get(large.id).tasks?.completed).toBeLessThan(150)
  await jobs.abort(large.id, 'the test')
})

test('no more runs at once than was said, over all jobs', async () => {
  const { publish, start, jobs, directory } = await open({ concurrency: 3 })
  await publish('count', {
    code: 'mkdir -p "$USER_CACHE_DIR/now"; touch "$USER_CACHE_DIR/now/$$"; ls "$USER_CACHE_DIR/now" | wc -l >> "$USER_CACHE_DIR/most"; sleep 0.03; rm "$USER_CACHE_DIR/now/$$"',
  })
  const ids = await Promise.all(
    [1, 2, 3, 4].map(async () => (await start({ app: 'count', partitioner: 'split', params: { partitioner: 10 } })).id),
  )
  for (const id of ids) expect(await jobs.ended(id)).toMatchObject({ errorMessage: '' })
  const counts = (await readFile(join(directory, 'cache/user/most'), 'utf8')).trim().split('\n').map(Number)
  expect(counts).toHaveLength(40)
  expect(Math.max(...counts)).toBe(3)
})

test('what runs when the platform stops may end in time; the rest runs again at the next start', async () => {
  const seconds = uniqueSeconds()
  const { publish, start, close, jobs, directory } = await open()
  await publish('mixed', {
    code: `n=$(cat "$TASK_DIR/data.bin"); echo $n >> "$USER_CACHE_DIR/runs"
      trap 'echo part > "$TASK_RESULTS_DIR/out"; exit 0' TERM
      touch "$USER_CACHE_DIR/up$n"
      until [ -e "$USER_CACHE_DIR/go$n" ]; do sleep 0.02; done
      sleep ${seconds} &
      echo $n > "$TASK_RESULTS_DIR/out"`,
  })
  const { id } = await start({ app: 'mixed', partitioner: 'split', params: { partitioner: 3 }, config: { jobTimeout: 100 } })
  const cache = (name: string): string => join(directory, 'cache/user', name)
  await waitFor('two tasks', () => existsSync(cache('up0')) && existsSync(cache('up1')))
  const closed = close(1_000)
  await writeFile(cache('go0'), '')
  await within('the end', closed)
  expect(await processesWith(seconds)).toEqual([])
  expect(jobs.get(id)).toMatchObject({ state: 'JOB_STATE_PARTITIONED', tasks: { completed: 1, scheduled: 2, running: 0 } })
  await expect(jobs.run(id, {})).rejects.toMatchObject({ status: 503 })
  expect(await readdir(join(directory, 'work'))).toEqual([])

  for (const name of ['go1', 'go2']) await writeFile(cache(name), '')
  const after = openJobPlatform({ directory })
  expect(await after.jobs.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', tasks: { completed: 3 } })
  expect((await after.jobs.task(id, 0)).attempts).toMatchObject([{ state: 'completed', exitCode: 0 }])
  expect((await after.jobs.task(id, 1)).attempts.map(({ state }) => state)).toEqual(['interrupted', 'completed'])
  expect((await after.jobs.task(id, 2)).attempts).toMatchObject([{ state: 'completed' }])
  expect(await after.output(id)).toEqual({ out_0: '0\n', out_1: '1\n', out_2: '2\n' })
})

test.runIf(process.platform === 'linux')('when the process that starts programs is killed, what ran ends, and runs again', async () => {
  const seconds = uniqueSeconds()
  const { publish, start, jobs, directory, warnings } = await open()
  await publish('waits', { code: `[ -e "$USER_CACHE_DIR/go" ] || { sleep ${seconds} & sleep ${seconds}; }` })
  const { id } = await start({ app: 'waits' })
  const [task = 0] = await waitForProcesses(seconds, 2)
  await writeFile(join(directory, 'cache/user/go'), '')
  const starter = await starterOf(task)
  expect(starter).not.toBe(process.pid)
  process.kill(starter, 'SIGKILL')
  expect(await jobs.ended(id)).toMatchObject({ errorMessage: '' })
  expect(await processesWith(seconds)).toEqual([])
  expect((await jobs.task(id, 0)).attempts).toMatchObject([
    { state: 'failed', reason: 'the process that starts programs has ended' },
    { state: 'completed' },
  ])
  expect(warnings).toEqual([])
})

test('where no other process can start programs, this one does', async () => {
  const { execPath } = process
  process.execPath = '/none/node'
  onTestFinished(() => void (process.execPath = execPath))
  const { publish, finish, jobs, log } = await open()
  await publish('prints', { code: 'echo out; echo err > /dev/stderr' })
  const { id, errorMessage } = await finish({ app: 'prints' })
  expect(errorMessage).toBe('')
  expect((await jobs.task(id, 0)).attempts.at(-1)).toMatchObject({ state: 'completed' })
  expect((await log(id, { part: 'app', chunk: 0 })).toSorted()).toEqual(['err', 'out'])
})

/** The process that has started the first process of a process's group. */
async function starterOf(pid: number): Promise<number> {
  const fields = async (id: number): Promise<string[]> => (await readFile(`/proc/${id}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ')
  const [, , group = ''] = await fields(pid)
  const [, starter = ''] = await fields(Number(group))
  return Number(starter)
}

test('results that are too large fail the task, and chunks the partitioner', async () => {
  const { publish, finish } = await open({ limits: { taskResults: 1000, jobResults: 5000, chunks: 20 } })
  await publish('large', { code: 'head -c 2000 /dev/zero > "$TASK_RESULTS_DIR/x"' })
  await publish('medium', { code: 'head -c 900 /dev/zero > "$TASK_RESULTS_DIR/x"' })
  const message = async (request: object): Promise<string> => (await finish({ app: 'medium', ...request })).errorMessage
  expect(await message({ app: 'large' })).toContain('Task 0 failed: its results are 2 kB, more than the limit of 1 kB.')
  // Another task may have ended at the same moment.
  expect(await message({ partitioner: 'split', params: { partitioner: 10 } })).toMatch(
    /failed: the results of all tasks are (?:5\.4|6\.3) kB, more than the limit of 5 kB\./,
  )
  expect(await message({ partitioner: 'split', params: { partitioner: 21 } })).toContain(
    'The partitioner split@1.0 failed: it wrote 21 chunks, more than the limit of 20.',
  )
})

test('results that are no plain files are left out, and named', async () => {
  const { publish, finish, output, log } = await open()
  await publish('odd', {
    code: 'cd "$TASK_RESULTS_DIR"; echo a > a; ln -s a b; ln -s /etc/passwd c; mkfifo d; echo e > e; chmod 0 e; mkdir f; echo g > f/g; chmod 4755 f/g',
  })
  const { id, errorMessage } = await finish({ app: 'odd' })
  expect(errorMessage).toBe('')
  // Only root may read what nobody may read.
  const readable = process.getuid?.() === 0 ? { e: 'e\n' } : {}
  expect(await output(id)).toEqual({ a: 'a\n', b: 'a\n', 'f/g': 'g\n', ...readable })
  const warnings = (await log(id, { part: 'app', chunk: 0 }, true)).filter((line) => line.startsWith('WARN'))
  expect(warnings).toEqual(
    expect.arrayContaining([expect.stringMatching(/leads out.*: c$/), expect.stringMatching(/a named pipe: d$/)]) as string[],
  )
})

test('a result that has another name elsewhere is copied, and stays as it is', async () => {
  const { publish, finish, output, directory } = await open()
  await publish('shared', { code: 'echo 1 > "$USER_CACHE_DIR/x"; ln "$USER_CACHE_DIR/x" "$TASK_RESULTS_DIR/x"' })
  const { id } = await finish({ app: 'shared' })
  await writeFile(join(directory, 'cache/user/x'), 'changed')
  expect(await output(id)).toEqual({ x: '1\n' })
})

test('a task that replaces its directories by links reaches nothing through them', async () => {
  const outside = await temporaryDirectory()
  await writeFiles(outside, { 'data.bin': 'mine', 'task/data.bin': 'mine', 'results/x': 'mine' })
  const before = await readFiles(outside)
  const { publish, finish } = await open()
  const replace = (path: string): string => `rm -r "${path}"; ln -s ${outside} "${path}";`
  await publish('inner', { code: `${replace('$TASK_RESULTS_DIR')} ${replace('$TASK_DIR')}` })
  await publish('outer', { code: `top=$(dirname "$TASK_DIR"); ${replace('$top')}` })
  await publish('outer-join', { type: 'assembler', code: `top=$(dirname "$OUTPUT_DIR"); ${replace('$top')}` })
  for (const request of [{ app: 'inner' }, { app: 'outer' }, { app: 'inner', assembler: 'outer-join' }]) {
    expect((await finish(request)).endedAt).not.toBeNull()
    expect(await readFiles(outside)).toEqual(before)
  }
})

test('a hundred jobs at once all end well', async () => {
  const { publish, start, jobs, output, warnings } = await open({ concurrency: 4 })
  await publish('square', { code: 'n=$(cat "$TASK_DIR/data.bin"); echo $((n * n)) > "$TASK_RESULTS_DIR/n"' })
  const ids = await Promise.all(
    Array.from({ length: 100 }, async () => (await start({ app: 'square', partitioner: 'split', params: { partitioner: 2 } })).id),
  )
  for (const id of ids) {
    expect(await jobs.ended(id)).toMatchObject({ errorMessage: '' })
    expect(await output(id)).toEqual({ n_0: '0\n', n_1: '1\n' })
  }
  expect(warnings).toEqual([])
})
