import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AttemptLog } from '../../packages/local/dist/jobs/logs/attempt-log.js'
import { openJobPlatform, type JobPlatformOptions } from '../helpers/job-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

async function open(code: string, options: Partial<JobPlatformOptions> = {}) {
  const directory = await temporaryDirectory()
  const platform = openJobPlatform({ directory, ...options })
  await platform.publish('app', { code })
  return { ...platform, directory }
}

const task = { part: 'app', chunk: 0 } as const

test('each line of the output is a line of the log, whatever it is made of', async () => {
  const { finish, log } = await open(`
    printf 'plain\\n\\n  indented\\r\\n'
    printf '10%%\\r20%%\\r30%%\\n'
    printf 'caf\\303\\251 \\377 \\033[31mred\\033[0m "quoted"\\tend\\n'
    printf 'cut \\303\\nnext \\303'`)
  const { id } = await finish({ app: 'app' })
  expect(await log(id, task)).toEqual([
    'plain',
    '',
    '  indented',
    '10%\r20%\r30%',
    'café \uFFFD \u001b[31mred\u001b[0m "quoted"\tend',
    'cut \uFFFD',
    'next \uFFFD',
  ])
})

test('both streams are kept, also by programs that open them by their names', async () => {
  const { finish, log } = await open('echo 1 > /dev/stdout; echo 2 > /dev/stderr; echo 3 | tee /dev/stderr')
  const { id, errorMessage } = await finish({ app: 'app' })
  expect(errorMessage).toBe('')
  expect((await log(id, task)).toSorted()).toEqual(['1', '2', '3', '3'])
})

test('a very long line arrives in pieces', async () => {
  const { finish, log } = await open('head -c 200000 /dev/zero | tr "\\0" x; echo; echo end')
  const { id } = await finish({ app: 'app' })
  const lines = await log(id, task)
  expect(lines.at(-1)).toBe('end')
  expect(lines.slice(0, -1).join('')).toBe('x'.repeat(200_000))
  expect(lines.length).toBe(5)
})

test('a log that is too long is cut, and says so', async () => {
  const { finish, log } = await open('seq 1 100000; echo x > "$TASK_RESULTS_DIR/x"', { limits: { log: 10_000 } })
  const { id, state } = await finish({ app: 'app' })
  expect(state).toBe('JOB_STATE_COMPLETE')
  const lines = await log(id, task, true)
  expect(lines.slice(0, 5)).toEqual([
    'DEBUG task data downloaded',
    'DEBUG container starting',
    'INFO container started',
    'UNKNOWN 1',
    'UNKNOWN 2',
  ])
  expect(lines.slice(-2)).toEqual(['WARN The output is longer than 10 kB. The rest of it is left out of this log.', 'INFO completed'])
  expect(lines.filter((line) => line.startsWith('WARN'))).toHaveLength(1)
  const size = Buffer.byteLength(lines.join('\n'))
  expect(size).toBeLessThan(10_000)
})

test('a log is followed until the attempt ends, or nobody listens any more', async () => {
  const { start, jobs, directory } = await open('echo first; while [ ! -e "$USER_CACHE_DIR/go" ]; do sleep 0.02; done; echo last')
  const { id } = await start({ app: 'app' })
  await waitFor('the task', () => jobs.get(id).tasks?.running)
  const follow = async (signal: AbortSignal, lines: string[]): Promise<void> => {
    for await (const { log } of jobs.log(id, task, { follow: signal })) lines.push(log)
  }
  const [whole, left]: [string[], string[]] = [[], []]
  const leaving = new AbortController()
  const whileFollowed = follow(new AbortController().signal, whole)
  const whileListening = follow(leaving.signal, left)
  await waitFor('the first line', () => whole.includes('first') && left.includes('first'))
  leaving.abort()
  await within('the listener who left', whileListening)
  await writeFile(join(directory, 'cache/user/go'), '')
  await within('the end', whileFollowed)
  expect(whole.slice(3)).toEqual(['first', 'last', 'completed'])
  expect(left).not.toContain('last')
})

test('a log is followed from the very moment at which its attempt begins', async () => {
  const { start, jobs } = await open('echo hello')
  const lines: string[] = []
  let following: Promise<void> | undefined
  jobs.subscribe(({ event, data }) => {
    if (event !== 'task') return
    following ??= (async () => {
      for await (const { log } of jobs.log(data.jobId, task, { follow: new AbortController().signal })) lines.push(log)
    })()
  })
  await jobs.ended((await start({ app: 'app' })).id)
  await within('the end of the log', following ?? Promise.reject(new Error('No task has begun.')))
  expect(lines.slice(-2)).toEqual(['hello', 'completed'])
})

test('who follows a log that another run of the platform has begun gets what is added', async () => {
  const file = join(await temporaryDirectory(), 'log')
  await writeFile(file, `${'x'.repeat(999)}\n`)
  const log = new AttemptLog(file, 10_000)
  await log.open()
  const longer = log.waitForMore(1_000, new AbortController().signal)
  log.add('INFO', 'the platform was restarted')
  expect(await within('a longer log', longer)).toBe(true)
  log.close()
})

test('the last lines of a log are read from its end', async () => {
  // More than a block of the file each: long lines, and many short ones.
  const { finish, jobs } = await open('seq 1 12000; head -c 120000 /dev/zero | tr "\\0" x; echo; printf "caf\\303\\251\\nend"')
  const { id } = await finish({ app: 'app' })
  const linesOf = async (last?: number): Promise<string[]> => {
    const lines: string[] = []
    for await (const line of jobs.log(id, task, { last })) lines.push(`${line.level} ${line.timestamp} ${line.log}`)
    return lines
  }
  const all = await linesOf()
  expect(all.length).toBeGreaterThan(12_000)
  for (const last of [1, 2, 7, 4_000, all.length - 1, all.length, all.length + 1]) {
    const lines = await linesOf(last)
    expect(lines.length).toBe(Math.min(last, all.length))
    expect(lines.join('\n') === all.slice(-last).join('\n')).toBe(true)
  }
})
