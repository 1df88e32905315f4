import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { sendForm } from '../helpers/dashboard.ts'
import { foreign, expectForeignIsPlain } from '../helpers/foreign-text.ts'
import { createWithFile, JOIN, SPLIT_LINES, startJobApi, UPPER, type JobApi } from '../helpers/job-api.ts'
import { run, startProgram, type Ending, type Program } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** A platform with the app `upper`, the partitioner `cut` and the assembler `join`, and a directory to call it from. */
async function start() {
  const api = await startJobApi({ concurrency: 2 })
  await api.publish('upper', UPPER)
  await api.publish('cut', SPLIT_LINES, { type: 'partitioner' })
  await api.publish('join', JOIN, { type: 'assembler' })
  const cwd = await temporaryDirectory()
  const options = { cwd, env: api.platform.env }
  return {
    api,
    cwd,
    call: (...words: string[]): Promise<Ending> => run('node', [localBin, ...words], options),
    begin: (...words: string[]): Program => startProgram('node', [localBin, ...words], options),
  }
}

/** A job of one task for each of these lines. */
async function startLines(api: JobApi, lines: string, app: string, request: object = {}): Promise<string> {
  const { id } = await createWithFile(api, lines, { app, partitioner: 'cut', assembler: 'join', config: { isTestJob: true }, ...request })
  await api.call(`POST /customer/jobs/${id}/run`)
  return id
}

/** The beginning that only this one of some IDs has. */
function prefixOf(id: string, others: readonly string[]): string {
  let length = 1
  while (others.some((other) => other.startsWith(id.slice(0, length)))) length++
  return id.slice(0, length)
}

test('jobs lists them, job shows one, and logs what was printed; IDs may be shortened', async () => {
  const { api, cwd, call } = await start()
  await api.publish('fussy', 'echo "read $(cat "$TASK_DIR/data.bin")"; ! grep -q bad "$TASK_DIR/data.bin"')
  const complete = await startLines(api, 'a\nb\n', 'upper', { name: foreign })
  await api.ended(complete)
  const failed = await startLines(api, 'bad\n', 'fussy')
  await api.ended(failed)
  const draft = await createWithFile(api, 'x\n', { app: 'upper', name: 'draft' })

  const all = await call('jobs')
  expect({ exitCode: all.exitCode, stderr: all.stderr }).toEqual({ exitCode: 0, stderr: '' })
  expectForeignIsPlain(all.stdout)
  const rows = all.stdout
    .trim()
    .split('\n')
    .map((row) => row.split(/ {2,}/))
  expect(rows[0]).toEqual(['ID', 'NAME', 'STATE', 'APP', 'TASKS', 'CREATED', 'DURATION'])
  expect(rows.slice(1).map(([id]) => id)).toEqual([draft.id, failed, complete])
  expect(rows[2]).toEqual([failed, 'fussy', 'failed', 'fussy@1.0', '0/1', expect.any(String), expect.stringMatching(/^\d+\.\d s$/)])

  const some = await call('jobs', '--state', 'complete', '--json')
  expect((JSON.parse(some.stdout) as JobRecord[]).map(({ id }) => id)).toEqual([complete])
  // A link that lets whoever sees it upload the file.
  expect((await call('jobs', '--limit', '1', '--json')).stdout).not.toContain('tempUrl')

  const shown = await call('job', prefixOf(failed, [complete, draft.id]))
  expect(shown.stdout).toMatch(/^Runs +fussy@1\.0 with cut@1\.0 and join@1\.0$/m)
  expect(shown.stdout).toMatch(/^Tasks +1 \(1 failed\)$/m)
  expect(shown.stdout).toMatch(/\n\nFailed tasks:\n {2}task 0, attempt 1: exited with code 1\n$/)
  expect((await call('job', failed, '--task', '0')).stdout).toMatch(
    /^Task +0 of job \S+\nState +failed\n\nATTEMPT +STATE +WHERE .*\n1 +failed +this machine +\S+ \S+ UTC +[\d.]+ s +1 +exited with code 1\n$/,
  )
  expect(JSON.parse((await call('job', failed, '--task', '0', '--json')).stdout)).toMatchObject({ attempts: [{ place: '', exitCode: 1 }] })
  expect((await call('job', complete)).stdout).toMatch(/\n\nResults:\n {2}all\.txt\n$/)
  expect(JSON.parse((await call('job', complete, '--json')).stdout)).toMatchObject({ id: complete, tasks: { completed: 2 } })
  expect(await call('job', complete, '--out', 'out')).toMatchObject({ exitCode: 0, stdout: 'out/all.txt\n' })
  expect(await readFile(join(cwd, 'out/all.txt'), 'utf8')).toBe('A\nB\n')

  const everything = await call('logs', complete)
  const printed = everything.stdout.split('\n').filter((line) => !line.includes('['))
  expect(printed).toEqual(['task 0 | chunk 0', 'task 1 | chunk 1', ''])
  expect(await call('logs', failed, '--task', '0')).toMatchObject({
    exitCode: 0,
    stdout: '[INFO] container started\nread bad\n[ERROR] exited with code 1\n',
  })
  const json = (await call('logs', complete, '--task', '1', '--json')).stdout.trim().split('\n')
  expect(json.map((line) => JSON.parse(line) as object)).toContainEqual({
    part: 'app',
    chunk: 1,
    attempt: 1,
    log: 'chunk 1',
    level: 'UNKNOWN',
    stream: 'stdout',
    timestamp: expect.any(String) as string,
  })
})

test('an ID that is not that of one job is refused, with those that it could be', async () => {
  const { api, call } = await start()
  const ids = [(await api.create({ app: 'upper' })).id, (await api.create({ app: 'upper' })).id]
  expect(await call('job', '0')).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: `bytenite-local: Several jobs begin with 0: ${ids.toReversed().join(', ')}. Write more of the ID.\n`,
  })
  expect(await call('logs', 'ffff')).toMatchObject({
    exitCode: 1,
    stderr: 'bytenite-local: There is no job ffff. "bytenite-local jobs" lists those that there are.\n',
  })
})

test('abort stops a job, and deletes one that has not started', async () => {
  const { api, call } = await start()
  await api.publish('slow', 'sleep 60')
  const id = await startLines(api, 'a\n', 'slow')
  expect(await call('abort', id)).toMatchObject({ exitCode: 0, stdout: `Aborted job ${id}\n` })
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_FAILED', errorMessage: 'aborted by local' })
  expect(await call('abort', id)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('has ended already') as string })
  const draft = await api.create({ app: 'upper' })
  const { stdout } = await call('abort', draft.id, '--json')
  expect(JSON.parse(stdout)).toMatchObject({ id: draft.id, state: 'JOB_STATE_NEW' })
  expect(await api.call(`GET /customer/jobs/${draft.id}`)).toMatchObject({ status: 404 })
})

test('rerun runs what failed again, shows it, and downloads the results', async () => {
  const { api, cwd, call } = await start()
  await api.publish(
    'later',
    `echo "chunk $CHUNK_NUMBER"; [ -e ${cwd}/ready ] || [ "$CHUNK_NUMBER" = 0 ]; cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/$CHUNK_NUMBER"`,
  )
  const id = await startLines(api, 'a\nb\n', 'later')
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_FAILED' })
  await writeFiles(cwd, { ready: '' })
  const { exitCode, stdout, stderr } = await call('rerun', id, '--failed', '--out', 'out')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(new RegExp(`^Running later@1\\.0 with .* as job ${id}\\n`))
  expect(String((await readFiles(join(cwd, 'out')))['all.txt'])).toBe('a\nb\n')
  expect((await call('logs', id)).stdout).toContain('task 1, attempt 2 | chunk 1\n')
  const again = await call('rerun', id, '--task', '0', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ id, state: 'JOB_STATE_COMPLETE', tasks: { completed: 2 } })
  expect((await call('rerun', id, '--detach')).stdout).toBe(`${id}\n`)
  await api.ended(id)
})

test('logs --follow prints lines as they come, in the order of the tasks, and ends with the job', async () => {
  const { api, cwd, begin } = await start()
  await api.publish('gate', `echo "$CHUNK_NUMBER waits"; while [ ! -e ${cwd}/open ]; do sleep 0.05; done; echo "$CHUNK_NUMBER goes on"`)
  const id = await startLines(api, 'a\nb\n', 'gate', { assembler: 'passthrough' })
  const all = begin('logs', id, '--follow')
  const second = begin('logs', id, '--follow', '--task', '1')
  await all.waitForOutput('task 0 | 0 waits\n')
  await second.waitForOutput('1 waits\n')
  expect(all.output()).not.toContain('1 waits')
  await writeFiles(cwd, { open: '' })
  expect(await second.end()).toMatchObject({ exitCode: 0, stderr: '' })
  const { exitCode, stdout } = await all.end()
  expect(exitCode).toBe(0)
  expect(stdout.split('\n').filter((line) => !line.includes('['))).toEqual([
    'task 0 | 0 waits',
    'task 0 | 0 goes on',
    'task 1 | 1 waits',
    'task 1 | 1 goes on',
    '',
  ])
})

test('report writes a job as one file that stands alone, and replaces nothing but a report', async () => {
  const { api, cwd, call } = await start()
  await api.publish(
    'fussy',
    `echo '<script>alert(1)</script>'; echo "sees $(cat "$TASK_DIR/data.bin")" >&2; ! grep -q bad "$TASK_DIR/data.bin"`,
  )
  const id = await startLines(api, 'good\nbad\n', 'fussy', { name: '<img src=x onerror=alert(1)>' })
  await api.ended(id)
  expect(await call('report', id.slice(0, 20))).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Wrote report\.html \(\d/) as string,
  })
  const html = await readFile(join(cwd, 'report.html'), 'utf8')
  expect(['Task 1 failed', 'sees bad', 'exit code 1', 'Partitioning', '1 failed'].filter((text) => !html.includes(text))).toEqual([])
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(html).not.toMatch(/<script|<img|<link|url\(/i)
  expect(await call('report', id)).toMatchObject({ exitCode: 0 })
  await writeFiles(cwd, { 'mine.html': '<!doctype html>mine' })
  expect(await call('report', id, '-o', 'mine.html')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('is not a report') as string,
  })
  expect(await readFile(join(cwd, 'mine.html'), 'utf8')).toBe('<!doctype html>mine')
  expect((await call('report', id, '--out', '-')).stdout).toContain('sees bad')
})

test('open prints a link that logs in, once', async () => {
  const { api, call } = await start()
  const { exitCode, stdout, stderr } = await call('open')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const link = new URL(stdout.trim())
  expect(link.origin).toBe(new URL(api.platform.apiUrl).origin)
  const once = link.hash.slice(1)
  const [first, second] = [
    await sendForm(`${link.origin}/login`, { once }, { origin: link.origin }),
    await sendForm(link.origin + '/login', { once }, { origin: link.origin }),
  ]
  expect([first.status, second.status]).toEqual([303, 403])
})

test('rerun takes other parameters', async () => {
  const { api, cwd, call } = await start()
  await api.publish('echo', 'echo "$APP_PARAMS" >"$TASK_RESULTS_DIR/params.json"', {
    schema: { type: 'object', properties: { word: { type: 'string' } } },
  })
  const { id } = await api.finish({ app: 'echo', params: { app: { word: 'one' } }, dataSource: { dataSourceDescriptor: 'bypass' } })
  const wrong = await call('rerun', id, '--params', '{"word":2}')
  expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('params.app/word: must be string') as string })
  expect(await call('rerun', id, '--params', '{"word":"two"}', '--out', 'results')).toMatchObject({ exitCode: 0 })
  expect(await readFile(join(cwd, 'results/params.json'), 'utf8')).toBe('{"word":"two"}\n')
})
