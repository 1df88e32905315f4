import { createServer } from 'node:http'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRequest } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { openJobPlatform, type JobPlatform } from '../helpers/job-platform.ts'
import { listen } from '../helpers/listen.ts'
import type { Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** A chunk for each word of the parameters. */
const SPLIT = {
  type: 'partitioner' as const,
  code: `i=0; for word in $(echo "$PARTITIONER_PARAMS" | tr -cd 'a-z '); do printf %s "$word" > "$CHUNKS_DIR/data_$i.bin"; i=$((i+1)); done`,
}
const UPPER = { code: `tr a-z A-Z < "$TASK_DIR/data.bin" > "$TASK_RESULTS_DIR/out.txt"` }
const JOIN = { type: 'assembler' as const, code: `cat "$TASK_RESULTS_DIR"/* > "$OUTPUT_DIR/all.txt"` }

const words = (...list: string[]): JobRequest => ({ partitioner: 'split', params: { partitioner: list.join(' ') } })

async function open(concurrency?: number): Promise<JobPlatform> {
  const platform = openJobPlatform({ directory: await temporaryDirectory(), ...(concurrency !== undefined && { concurrency }) })
  await platform.publish('split', SPLIT)
  await platform.publish('upper', UPPER)
  await platform.publish('join', JOIN)
  return platform
}

test('a job passes through all states, in order and with their times', async () => {
  const { jobs, finish, output, log } = await open()
  const events: string[] = []
  jobs.subscribe(({ event, data }) => events.push(event === 'job' ? data.state : event === 'task' ? `${data.chunk} ${data.state}` : event))
  const job = await finish({ app: 'upper', assembler: 'join', ...words('a', 'b', 'c') })
  const states = 'NEW STARTED UPLOADING PARTITIONING PARTITIONED TASKS_COMPLETED MERGING MERGED DOWNLOADING COMPLETE'
  const names = states.split(' ').map((state) => `JOB_STATE_${state}`)
  expect(job).toMatchObject({ state: 'JOB_STATE_COMPLETE', numChunks: 3, errorMessage: '', tasks: { completed: 3, scheduled: 0 } })
  expect(Object.keys(job.stateTimestamps)).toEqual(names)
  const times = Object.values(job.stateTimestamps)
  expect(times).toEqual(times.toSorted())
  expect(job).toMatchObject({ submittedAt: times[1], startedAt: times[4], endedAt: times[9] })
  expect(events.filter((event) => event.startsWith('JOB_'))).toEqual(names)
  expect(events.filter((event) => event.startsWith('1 '))).toEqual(['1 Received', '1 Running', '1 Completed'])
  expect(await output(job.id)).toEqual({ 'all.txt': 'ABC' })
  expect(await log(job.id, { part: 'app', chunk: 2 }, true)).toEqual([
    'DEBUG task data downloaded',
    'DEBUG container starting',
    'INFO container started',
    'INFO completed',
  ])
  expect(jobs.get(job.id)).toEqual(job)
})

test('each part gets the documented variables and clean directories, and runs where its code is', async () => {
  const { publish, finish, log } = await open()
  const show = `
    env | grep -v "^\\(PWD\\|OLDPWD\\|SHLVL\\|_\\|PATH\\)=" | sort
    for name in $(env | sed -n 's/^\\([A-Z_]*_DIR\\)=.*/\\1/p' | grep -v CACHE | sort); do eval "echo $name: \\$(ls -A \\"\\$$name\\")"; done
    ls; cat; echo "in $(basename "$PWD")"`
  const withCopy = (copy: string): Files => ({ 'main.sh': `#!/bin/sh\n${show}\n${copy}\n`, 'lib/help.txt': 'x' })
  await publish('show-split', { type: 'partitioner', code: withCopy('cp "$SOURCE_DIR"/* "$CHUNKS_DIR"') })
  await publish('show', { code: withCopy('cp "$TASK_DIR"/* "$TASK_RESULTS_DIR"') })
  await publish('show-join', { type: 'assembler', code: withCopy('') })
  const { id, errorMessage } = await finish({
    app: 'show',
    partitioner: 'show-split',
    assembler: 'show-join',
    params: { app: { text: 'é "$x"' } },
  })
  expect(errorMessage).toBe('')
  const seen = async (part: 'partitioner' | 'app' | 'assembler'): Promise<string[]> =>
    (await log(id, { part, chunk: 0 })).map((line) => line.replace(/=\/.*\//, '=…/'))
  expect(await seen('partitioner')).toEqual([
    'CHUNKS_DIR=…/chunks',
    'PARTITIONER_PARAMS={}',
    'SHARED_CACHE_DIR=…/shared',
    'SOURCE_DIR=…/source',
    'USER_CACHE_DIR=…/user',
    'CHUNKS_DIR:',
    'SOURCE_DIR: data.bin',
    'lib',
    'main.sh',
    'in app',
  ])
  expect(await seen('app')).toEqual([
    'APP_PARAMS={"text":"é \\"$x\\""}',
    'CHUNK_NUMBER=0',
    'SHARED_CACHE_DIR=…/shared',
    'TASK_DIR=…/task',
    'TASK_RESULTS_DIR=…/results',
    'USER_CACHE_DIR=…/user',
    'TASK_DIR: data.bin',
    'TASK_RESULTS_DIR:',
    'lib',
    'main.sh',
    'in app',
  ])
  expect(await seen('assembler')).toEqual([
    'ASSEMBLER_PARAMS={}',
    'OUTPUT_DIR=…/output',
    'SHARED_CACHE_DIR=…/shared',
    'TASK_RESULTS_DIR=…/results',
    'USER_CACHE_DIR=…/user',
    'OUTPUT_DIR:',
    'TASK_RESULTS_DIR: data.bin',
    'lib',
    'main.sh',
    'in app',
  ])
})

test('without engines, the source is the one chunk, and the results are the output', async () => {
  const { finish, output, jobs, publish } = await open()
  await publish('many', {
    code: 'mkdir "$TASK_RESULTS_DIR/sub"; cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/sub/copy"; echo x > "$TASK_RESULTS_DIR/x.txt"',
  })
  const dummy = await finish({ app: 'many' })
  expect(await output(dummy.id)).toEqual({ 'sub/copy': 'no data\n', 'x.txt': 'x\n' })

  const { id } = await jobs.create({ app: 'upper', dataSource: { dataSourceDescriptor: 'file' } })
  await expect(jobs.run(id, {})).rejects.toThrow('no file was uploaded')
  await jobs.receiveSource(
    id,
    '../photo 1.bin',
    (async function* () {
      yield Buffer.from('some ')
      yield Buffer.from('text')
    })(),
  )
  await expect(jobs.run(id, {})).rejects.toThrow('was not confirmed')
  jobs.completeUpload(id)
  await jobs.run(id, {})
  await jobs.ended(id)
  expect(await output(id)).toEqual({ 'out.txt': 'SOME TEXT' })
})

test('a source is downloaded, with its name and its login', async () => {
  const { publish, finish, output, log, jobs } = await open()
  const server = createServer((request, response) => {
    if (request.url === '/moved') return void response.writeHead(302, { location: '/files/a%20b.txt?signature=x' }).end()
    if (request.headers.authorization !== `Basic ${Buffer.from('me:s3cret').toString('base64')}`) return void response.writeHead(401).end()
    response.end(`from ${request.url}`)
  })
  const address = `http://127.0.0.1:${await listen(server)}`
  await publish('list', { type: 'partitioner', code: 'ls "$SOURCE_DIR"; cp "$SOURCE_DIR"/* "$CHUNKS_DIR"/data_0.bin' })
  const source = (url: string, params: object = {}): JobRequest => ({
    app: 'upper',
    partitioner: 'list',
    dataSource: { dataSourceDescriptor: 'url', params: { url: `${address}${url}`, ...params } },
  })
  const job = await finish(source('/moved', { username: 'me', password: 's3cret' }))
  expect(await output(job.id)).toEqual({ 'out.txt': 'FROM /FILES/A%20B.TXT?SIGNATURE=X' })
  expect(await log(job.id, { part: 'partitioner' })).toEqual(['a b.txt'])
  expect(JSON.stringify(job)).not.toContain('s3cret')
  expect(job.dataSource?.params).toEqual({ url: `${address}/moved`, username: 'me' })

  const refused = await finish(source('/x', { username: 'me', password: 'wrong' }))
  expect(refused).toMatchObject({
    state: 'JOB_STATE_FAILED',
    errorMessage: `The download of the source, ${address}/x, was answered with status 401.`,
  })
  const named = await finish(source('/moved', { name: 'mine.bin', username: 'me', password: 's3cret' }))
  expect(await log(named.id, { part: 'partitioner' })).toEqual(['mine.bin'])
  const inAddress = await jobs.create(source('/x'))
  expect(
    jobs.setData(inAddress.id, { dataSource: { dataSourceDescriptor: 'url', params: { url: 'http://u:p%40ss@host.test/x' } } }).dataSource
      ?.params,
  ).toEqual({
    url: 'http://host.test/x',
    username: 'u',
  })
})

test('chunks are numbered as people count, and results with the same name are told apart', async () => {
  const { publish, finish, output } = await open()
  await publish('files', {
    type: 'partitioner',
    code: 'for n in 10 9 1; do echo $n > "$CHUNKS_DIR/data_$n.bin"; done; mkdir "$CHUNKS_DIR/z"; echo z > "$CHUNKS_DIR/z/x"',
  })
  await publish('same', {
    code: 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/image.png"; echo $CHUNK_NUMBER > "$TASK_RESULTS_DIR/own_$CHUNK_NUMBER"',
  })
  const job = await finish({ app: 'same', partitioner: 'files' })
  expect(await output(job.id)).toEqual({
    'image_0.png': '1\n',
    'image_1.png': '9\n',
    'image_2.png': '10\n',
    'image_3.png': 'z\n',
    own_0: '0\n',
    own_1: '1\n',
    own_2: '2\n',
    own_3: '3\n',
  })
})

test('what is stored stays as it is, whatever programs do to their files', async () => {
  const { publish, finish, jobs, output } = await open()
  await publish('spoil', {
    code: 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/out"; echo spoilt > "$TASK_DIR/data.bin"; [ -e "$USER_CACHE_DIR/again" ] || { touch "$USER_CACHE_DIR/again"; exit 1; }',
  })
  await publish('spoil-results', {
    type: 'assembler',
    code: 'for f in "$TASK_RESULTS_DIR"/*; do cat "$f"; echo spoilt > "$f"; done > "$OUTPUT_DIR/all"',
  })
  const job = await finish({ app: 'spoil', assembler: 'spoil-results', config: { maxTaskRetries: 1 }, ...words('x', 'y') })
  expect(await output(job.id)).toEqual({ all: 'xy' })
  await jobs.rerun(job.id, [])
  await jobs.ended(job.id)
  expect(await output(job.id)).toEqual({ all: 'xy' })
})

test('publishing again does not change a job under way, and a later job runs the new revision', async () => {
  const { publish, start, finish, jobs, output, store } = await open()
  await publish('v', { code: 'while [ ! -e "$USER_CACHE_DIR/go" ]; do sleep 0.02; done; echo old > "$TASK_RESULTS_DIR/v"' })
  await publish('opener', { code: 'touch "$USER_CACHE_DIR/go"' })
  const { id } = await start({ app: 'v' })
  await publish('v', { code: 'echo new > "$TASK_RESULTS_DIR/v"' })
  await finish({ app: 'opener' })
  expect(await jobs.ended(id)).toMatchObject({ parts: { app: { tag: 'v@1.0', revision: '1' }, partitioner: { tag: 'passthrough' } } })
  expect(await output(id)).toEqual({ v: 'old\n' })
  const later = await finish({ app: 'v' })
  expect(later.parts?.app).toMatchObject({ revision: '2', hash: store.record('apps', 'v@1.0')?.hash })
  expect(await output(later.id)).toEqual({ v: 'new\n' })
  await jobs.rerun(id, 'all')
  await jobs.ended(id)
  expect(await output(id), 'the same revision again').toEqual({ v: 'old\n' })
  expect(store.revisions('apps', 'v@1.0')).toEqual([1, 2])
})

test('what is not active runs only in a test job', async () => {
  const { publish, start, jobs } = await open()
  await publish('draft', { ...UPPER, isActive: false })
  await publish('draft-join', { ...JOIN, isActive: false })
  const request = { app: 'draft', assembler: 'draft-join' }
  await expect(start(request)).rejects.toThrow(
    'the app draft@1.0 is not active: activate draft first; the assembler draft-join@1.0 is not active: activate draft-join first',
  )
  const { id } = await start({ ...request, config: { isTestJob: true } })
  expect((await jobs.ended(id)).state).toBe('JOB_STATE_COMPLETE')
})

test.each<[string, JobRequest, string]>([
  [
    'a partitioner that writes nothing',
    { partitioner: 'nothing' },
    'The partitioner nothing@1.0 failed: it wrote no file to CHUNKS_DIR, so there is nothing to do. See its log: bytenite-local logs ID',
  ],
  [
    'a partitioner that fails',
    { partitioner: 'fails' },
    'The partitioner fails@1.0 failed: exited with code 7. See its log: bytenite-local logs ID',
  ],
  [
    'an assembler that fails',
    { assembler: 'dies' },
    'The assembler dies@1.0 failed: was ended by SIGKILL, probably for lack of memory. See its log: bytenite-local logs ID',
  ],
  ['a task that fails', { app: 'bad' }, 'Task 0 failed: exited with code 3. See its log: bytenite-local logs ID --task 0'],
  [
    'a task that fails too often',
    { app: 'bad', config: { maxTaskRetries: 2 } },
    'Task 0 failed 3 times: exited with code 3. See its log: bytenite-local logs ID --task 0',
  ],
  [
    'an entrypoint that nothing can run',
    { app: 'strange' },
    'Task 0 failed: Cannot start main.xyz: it has no #! line, and no interpreter is known for its extension. Add a #! line, and publish the app again. See its log: bytenite-local logs ID --task 0',
  ],
  ['a GPU that is not there', { app: 'gpu' }, 'gpu@1.0 needs a GPU (tesla t4 or nvidia a100), and there is no GPU.'],
])('%s fails the job, with a reason', async (_, request, message) => {
  const { publish, finish, jobs } = await open()
  await publish('nothing', { type: 'partitioner', code: ':' })
  await publish('fails', { type: 'partitioner', code: 'exit 7' })
  await publish('dies', { type: 'assembler', code: 'kill -9 $$' })
  await publish('bad', { code: 'exit 3' })
  await publish('strange', { code: { 'main.xyz': 'x' } })
  await publish('gpu', { code: ':', manifest: { device_requirements: { gpu: ['tesla t4', 'nvidia a100'] } } })
  const job = await finish({ app: 'upper', ...request })
  expect(job).toMatchObject({ state: 'JOB_STATE_FAILED', errorMessage: message.replace('ID', job.id) })
  await expect(jobs.results(job.id)).rejects.toThrow('has failed, so it has no results')
})

test('attempts are kept apart, each with its own log', async () => {
  const { publish, finish, jobs, log } = await open()
  await publish('third', {
    code: 'n=$(ls "$USER_CACHE_DIR" | wc -l); touch "$USER_CACHE_DIR/$n"; echo "attempt $n"; [ $n = 2 ] || exit $((n + 5))',
  })
  const { id, state } = await finish({ app: 'third', config: { maxTaskRetries: 2 } })
  expect(state).toBe('JOB_STATE_COMPLETE')
  const { attempts, task } = await jobs.task(id, 0)
  expect(task).toMatchObject({ state: 'Completed', attempts: 3 })
  expect(attempts).toMatchObject([
    { attempt: 1, state: 'failed', exitCode: 5, reason: 'exited with code 5' },
    { attempt: 2, state: 'failed', exitCode: 6 },
    { attempt: 3, state: 'completed', exitCode: 0, reason: '' },
  ])
  for (const attempt of [1, 2, 3]) expect(await log(id, { part: 'app', chunk: 0, attempt })).toEqual([`attempt ${attempt - 1}`])
  expect(await log(id, { part: 'app', chunk: 0 })).toEqual(['attempt 2'])
  await expect(log(id, { part: 'app', chunk: 0, attempt: 4 })).rejects.toThrow('no attempt 4')
  await expect(log(id, { part: 'app', chunk: 1 })).rejects.toThrow('has no task 1')
})

test('tasks run again, those that failed or all, and then the assembler', async () => {
  const { publish, finish, jobs, output } = await open(1)
  await publish('count', {
    code: 'n=$(cat "$TASK_DIR/data.bin"); echo x >> "$USER_CACHE_DIR/$n"; [ $n != b ] || [ -e "$USER_CACHE_DIR/ok" ] || exit 1; echo "$n$(wc -l < "$USER_CACHE_DIR/$n")" > "$TASK_RESULTS_DIR/r"',
  })
  await publish('allow', { code: 'touch "$USER_CACHE_DIR/ok"' })
  const job = await finish({ app: 'count', assembler: 'join', ...words('a', 'b') })
  expect(job).toMatchObject({ state: 'JOB_STATE_FAILED', tasks: { completed: 1, failed: 1 } })
  await finish({ app: 'allow' })

  const again = await jobs.rerun(job.id, 'failed')
  expect(again).toMatchObject({ state: 'JOB_STATE_PARTITIONED', endedAt: null, errorMessage: '' })
  expect(Object.keys(again.stateTimestamps).at(-1)).toBe('JOB_STATE_PARTITIONED')
  expect(await jobs.ended(job.id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', tasks: { completed: 2, failed: 0 } })
  expect(await output(job.id)).toEqual({ 'all.txt': 'a1\nb2\n' })
  expect((await jobs.task(job.id, 1)).attempts.map(({ state }) => state)).toEqual(['failed', 'completed'])

  await jobs.rerun(job.id, [0])
  await jobs.ended(job.id)
  expect(await output(job.id)).toEqual({ 'all.txt': 'a2\nb2\n' })
  await jobs.rerun(job.id, 'all')
  await jobs.ended(job.id)
  expect(await output(job.id)).toEqual({ 'all.txt': 'a3\nb3\n' })
  await expect(jobs.rerun(job.id, [2])).rejects.toThrow('there is no task 2')
})

test('a job whose partitioner failed runs again from its start', async () => {
  const { publish, finish, jobs, output } = await open()
  await publish('later', {
    type: 'partitioner',
    code: '[ -e "$USER_CACHE_DIR/ok" ] || { touch "$USER_CACHE_DIR/ok"; exit 1; }; cp "$SOURCE_DIR"/* "$CHUNKS_DIR"',
  })
  const job = await finish({ app: 'upper', partitioner: 'later' })
  expect(job.state).toBe('JOB_STATE_FAILED')
  await jobs.rerun(job.id, 'failed')
  expect((await jobs.ended(job.id)).state).toBe('JOB_STATE_COMPLETE')
  expect(await output(job.id)).toEqual({ 'out.txt': 'NO DATA\n' })
  expect(await jobs.engineAttempts(job.id, 'partitioner')).toMatchObject([{ state: 'failed' }, { state: 'completed' }])
})

test('a job that runs is aborted, a new one is deleted, and one that has ended neither', async () => {
  const { publish, start, jobs } = await open()
  await publish('wait', { code: 'echo up; sleep 1000' })
  const { id } = await start({ app: 'wait', ...words('a', 'b', 'c', 'd') })
  for await (const { log } of jobs.log(id, { part: 'partitioner' })) expect(log).not.toBe('')
  const isRunning = (): boolean => [...jobs.tasks(id)].some(({ state }) => state === 'Running')
  await new Promise<void>((resolve) => {
    const unsubscribe = jobs.subscribe(() => {
      if (!isRunning()) return
      unsubscribe()
      resolve()
    })
  })
  await expect(jobs.delete(id)).rejects.toThrow('Abort it first')
  await expect(jobs.rerun(id, 'all')).rejects.toThrow('has not ended')
  await expect(jobs.results(id)).rejects.toThrow('is not complete yet')
  await jobs.abort(id, 'somebody')
  expect(jobs.get(id)).toMatchObject({
    state: 'JOB_STATE_FAILED',
    errorMessage: 'aborted by somebody',
    tasks: { running: 0, completed: 0 },
  })
  expect((await jobs.task(id, 0)).attempts).toMatchObject([{ state: 'aborted', reason: 'aborted by somebody' }])
  await expect(jobs.abort(id, 'somebody')).rejects.toThrow('has ended already')

  const draft = await jobs.create({ app: 'upper' })
  await jobs.abort(draft.id, 'somebody')
  expect(() => jobs.get(draft.id)).toThrow(`there is no job ${draft.id}`)
  await jobs.delete(id)
  expect([...jobs.list()]).toEqual([])
})

test('the cache of the user is shared by jobs, and secrets come as variables', async () => {
  const directory = await temporaryDirectory()
  const stored = [
    { id: 'store', secretType: 'aws', accessKey: 'AK', secretKey: 'S-K' },
    { id: 'TOKEN', secretType: 'other', accessKey: '', secretKey: 'tok en' },
  ]
  const { publish, start, finish, output, jobs, store } = openJobPlatform({
    directory,
    findSecret: (id) => stored.find((secret) => secret.id === id),
  })
  await publish('secret', {
    code: 'echo x >> "$USER_CACHE_DIR/x"; { env | grep -i "^\\(store\\|token\\)" | sort; wc -l < "$USER_CACHE_DIR/x"; } > "$TASK_RESULTS_DIR/r"',
    manifest: { platform_config: { container: 'any', secrets: ['store', 'TOKEN'] } },
  })
  await finish({ app: 'secret' })
  const { id } = await finish({ app: 'secret' })
  expect(await output(id)).toEqual({ r: 'TOKEN=tok en\nstore_ACCESS_KEY=AK\nstore_SECRET_KEY=S-K\n2\n' })
  const folder = join(directory, 'jobs', id)
  for (const name of ['job.json', 'tasks.jsonl', 'logs/0.1.jsonl'])
    expect(await readFile(join(folder, name), 'utf8')).not.toMatch(/S-K|tok en/)
  stored.splice(0)
  await expect(start({ app: 'secret' })).rejects.toThrow('secrets that are not stored: store, TOKEN')
  await jobs.rerun(id, 'all')
  expect(await jobs.ended(id)).toMatchObject({
    errorMessage: expect.stringContaining('The secret "store" is not stored any more') as string,
  })
  expect(store.record('apps', 'secret@1.0')).toBeDefined()
})

test('bypass as the destination keeps no output', async () => {
  const { finish, jobs } = await open()
  const job = await finish({ app: 'upper', dataDestination: { dataSourceDescriptor: 'bypass' } })
  expect(job.state).toBe('JOB_STATE_COMPLETE')
  expect(await jobs.results(job.id)).toEqual([])
})

test('a task that was stopped because another failed runs again with it', async () => {
  const { publish, finish, jobs, output } = await open(2)
  await publish('split', { type: 'partitioner', code: 'for n in 0 1 2 3; do echo $n > "$CHUNKS_DIR/$n"; done' })
  await publish('pair', {
    code: `cd "$USER_CACHE_DIR"; [ -e again ] || case $CHUNK_NUMBER in
      0) touch started; sleep 600;;
      1) until [ -e started ]; do sleep 0.01; done; touch again; exit 1;;
    esac
    cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/$CHUNK_NUMBER"`,
  })
  const { id, state } = await finish({ app: 'pair', partitioner: 'split' })
  expect(state).toBe('JOB_STATE_FAILED')
  const states = Array.from(jobs.tasks(id), (task) => task.state)
  expect(states.slice(0, 2)).toEqual(['Scheduled', 'Failed'])
  expect(states).not.toContain('Assigned')
  await jobs.rerun(id, 'failed')
  expect(await jobs.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '' })
  expect(Object.keys(await output(id))).toEqual(['0', '1', '2', '3'])
})

test('nothing temporary stays', async () => {
  const directory = await temporaryDirectory()
  const { publish, finish, close, warnings } = openJobPlatform({ directory })
  await publish('messy', {
    code: 'mkdir -p "$TASK_DIR/a/b"; chmod 000 "$TASK_DIR/a"; ln -s / "$TASK_DIR/l"; echo x > "$TASK_RESULTS_DIR/../y"; ln "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/z"',
  })
  expect(await finish({ app: 'messy' })).toMatchObject({ errorMessage: '' })
  await close()
  expect(await readdir(join(directory, 'work'))).toEqual([])
  expect(await readdir(join(directory, 'staging'))).toEqual([])
  expect(warnings).toEqual([])
})
