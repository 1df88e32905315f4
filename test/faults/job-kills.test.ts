import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { openJobPlatform } from '../helpers/job-platform.ts'
import { startProgram, type Program } from '../helpers/process.ts'
import { processesWith, uniqueSeconds } from '../helpers/processes.ts'
import { repository } from '../helpers/project.ts'
import { seed } from '../helpers/seed.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** As many as it takes to believe in it: `BYTENITE_TEST_KILLS=200`. */
const KILLS = Number(process.env['BYTENITE_TEST_KILLS'] ?? 20)
const CHUNKS = 12
/** Milliseconds after which the platform is killed, at most. */
const LONGEST = 900

interface Known {
  job: JobRecord
  /** By chunk. */
  tasks: Map<number, TaskRecord>
}

interface Line {
  jobs?: { job: JobRecord; tasks: TaskRecord[] }[]
  started?: string
  job?: JobRecord
  task?: TaskRecord
}

/** What a platform has told so far. */
function readLines(program: Program): Line[] {
  const lines = program.output().split('\n')
  // The last one may be incomplete.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Line)
}

/** The jobs that a platform has when it starts, and what changed since. */
function knownOf(lines: readonly Line[]): Map<string, Known> {
  const known = new Map<string, Known>()
  for (const { jobs, job, task } of lines) {
    for (const { job, tasks } of jobs ?? []) known.set(job.id, { job, tasks: new Map(tasks.map((task) => [task.chunk, task])) })
    if (job !== undefined) known.set(job.id, { job, tasks: known.get(job.id)?.tasks ?? new Map<number, TaskRecord>() })
    if (task !== undefined) known.get(task.jobId)?.tasks.set(task.chunk, task)
  }
  return known
}

/** Numbers from 0 to 1, the same for the same seed. */
function createRandom(): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

test(`a platform that is killed ${KILLS} times in the middle of jobs loses nothing`, { timeout: KILLS * 15_000 + 120_000 }, async () => {
  const directory = await temporaryDirectory()
  const ledger = join(await temporaryDirectory(), 'ledger')
  const seconds = uniqueSeconds()
  await writeFile(ledger, '')
  const platform = openJobPlatform({ directory })
  await platform.publish('split', {
    type: 'partitioner',
    code: `sleep 0.1; for i in $(seq 0 ${CHUNKS - 1}); do echo $i > "$CHUNKS_DIR/data_$i.bin"; done`,
  })
  // Every third task fails the first time, and every task leaves something behind that runs.
  await platform.publish('square', {
    code: `
      n=$(cat "$TASK_DIR/data.bin")
      job=$(basename "$(dirname "$TASK_DIR")"); job=\${job%-app-*}
      echo "$job $n" >> "${ledger}"
      (setsid sleep ${seconds} &)
      sleep ${seconds} &
      sleep 0.0$n
      if [ $((n % 3)) = 0 ] && [ ! -e "$USER_CACHE_DIR/$job-$n" ]; then touch "$USER_CACHE_DIR/$job-$n"; exit 1; fi
      echo $((n * n)) > "$TASK_RESULTS_DIR/square.txt"`,
  })
  await platform.publish('sum', {
    type: 'assembler',
    code: `sleep 0.1; cat "$TASK_RESULTS_DIR"/* | awk '{ sum += $1 } END { print sum }' > "$OUTPUT_DIR/sum.txt"`,
  })
  await platform.publish('bad', { code: 'sleep 0.05; exit 5' })
  await platform.close()

  const random = createRandom()
  const start = (): Program =>
    startProgram(process.execPath, [fileURLToPath(new URL('jobs-process.js', import.meta.url)), directory], { cwd: repository })
  const request = {
    app: 'square',
    partitioner: 'split',
    assembler: 'sum',
    dataSource: { dataSourceDescriptor: 'bypass' },
    config: { maxTaskRetries: 1 },
  }
  const failing = { ...request, app: 'bad' }
  /** What was told last, of every job that was acknowledged. */
  const known = new Map<string, Known>()
  const acknowledged = new Set<string>()
  const ranAgain = new Set<string>()

  /** A platform that has started tells of everything that an earlier one told. */
  async function checkStart(program: Program): Promise<void> {
    await program.waitForOutput(/"jobs":.*\n/)
    const found = knownOf(readLines(program).slice(0, 1))
    for (const id of acknowledged) expect(found.keys(), 'an acknowledged job').toContain(id)
    for (const [id, before] of known) {
      const after = found.get(id)
      if (after === undefined) continue
      expect(after.job.stateTimestamps, 'the times of states').toMatchObject(before.job.stateTimestamps)
      for (const [chunk, task] of before.tasks) {
        const now = after.tasks.get(chunk)
        if (task.state === 'Completed') expect(now, `task ${chunk}`).toEqual(task)
        else expect(now?.attempts, `the attempts of task ${chunk}`).toBeGreaterThanOrEqual(task.attempts)
        expect(['Scheduled', 'Completed', 'Failed']).toContain(now?.state)
      }
    }
  }

  for (let kills = 0; kills < KILLS; kills++) {
    const program = start()
    await checkStart(program)
    if (kills % 2 === 0) program.type(`${JSON.stringify(kills % 8 === 0 ? failing : request)}\n`)
    const complete = [...known.values()].find(({ job }) => job.state === 'JOB_STATE_COMPLETE' && !ranAgain.has(job.id))
    if (kills % 4 === 3 && complete !== undefined) {
      const { id } = complete.job
      program.type(`${JSON.stringify({ rerun: id })}\n`)
      ranAgain.add(id)
      known.delete(id)
    }
    const end = performance.now() + random() * LONGEST
    await waitFor('the time to kill it', () => performance.now() >= end)
    program.kill('SIGKILL')
    await program.end()
    const lines = readLines(program)
    for (const { started } of lines) if (started !== undefined) acknowledged.add(started)
    for (const [id, entry] of knownOf(lines)) if (!ranAgain.has(id)) known.set(id, entry)
  }

  const last = start()
  await checkStart(last)
  const isOver = (): boolean => [...knownOf(readLines(last)).values()].every(({ job }) => job.endedAt !== null || job.submittedAt === null)
  await waitFor('the end of all jobs', isOver, { timeout: 120_000 })
  last.type('close\n')
  expect(await last.end()).toMatchObject({ exitCode: 0, stderr: '' })
  await waitFor('the end of all that tasks have started', async () => (await processesWith(seconds)).length === 0)
  expect(await readdir(join(directory, 'staging'))).toEqual([])
  expect((await readdir(join(directory, 'work'))).filter((name) => name !== 'pipes')).toEqual([])

  const { jobs, close } = openJobPlatform({ directory })
  onTestFinished(() => close())
  const executions = (await readFile(ledger, 'utf8')).split('\n')
  const sum = Array.from({ length: CHUNKS }, (_, n) => n * n).reduce((a, b) => a + b)
  let interrupted = 0
  for (const id of acknowledged) {
    const { name, errorMessage } = jobs.get(id)
    if (name === 'bad') {
      expect(errorMessage).toMatch(/^Task \d+ failed 2 times: exited with code 5\. See its log: bytenite-local logs/)
      continue
    }
    expect(jobs.get(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '', numChunks: CHUNKS })
    const [result] = await jobs.results(id)
    expect(await readFile(result?.file ?? '', 'utf8')).toBe(`${sum}\n`)
    for (const { chunk } of jobs.tasks(id)) {
      const { attempts } = await jobs.task(id, chunk)
      const states = attempts.map(({ state }) => state)
      expect(states.at(-1)).toBe('completed')
      const completed = states.filter((state) => state === 'completed')
      if (ranAgain.has(id)) expect(completed.length).toBeLessThanOrEqual(2)
      else expect(completed).toHaveLength(1)
      // One that fails the first time may have been killed right after it had noted that.
      expect(states.filter((state) => state === 'failed').length).toBeLessThanOrEqual(1)
      expect(states.every((state) => ['completed', 'failed', 'interrupted'].includes(state))).toBe(true)
      interrupted += states.filter((state) => state === 'interrupted').length
      expect(executions.filter((line) => line === `${id} ${chunk}`).length).toBeLessThanOrEqual(attempts.length)
    }
  }
  console.info(`${KILLS} kills, ${acknowledged.size} jobs (${ranAgain.size} run again), ${interrupted} attempts interrupted`)
  expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS / 10)
})
