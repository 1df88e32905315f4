import { createServer } from 'node:http'
import type { JobRecord, JobResultsResponse, LogResponse } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { startJobApi, uploadLink, type JobApi } from '../helpers/job-api.ts'
import { listen } from '../helpers/listen.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

// What public clients of the hosted platform do, call by call: the same requests in the same order, with the same bodies. Only
// their address is another one, and they do not wait as long.

/** One chunk for each copy of the source that the parameters ask for. */
const REPLICATE = `copies=$(printf '%s' "$PARTITIONER_PARAMS" | sed -n 's/.*"num_replicas":\\([0-9]*\\).*/\\1/p')
i=0
for file in "$SOURCE_DIR"/*; do
  n=0
  while [ "$n" -lt "$copies" ]; do cp "$file" "$CHUNKS_DIR/data_$i.bin"; i=$((i+1)); n=$((n+1)); done
done`
/** Ignores its chunk, and writes the same name in each task. */
const DRAW = `printf '%s' "$APP_PARAMS" | sed 's/.*"prompt":"\\([^"]*\\)".*/\\1/' >"$TASK_RESULTS_DIR/output_image.png"`
const ARCHIVE = `cd "$TASK_RESULTS_DIR" && tar -cf "$OUTPUT_DIR/results_archive.tar" -- *`

async function token({ platform }: JobApi): Promise<string> {
  const response = await fetch(`${platform.apiUrl}/auth/access_token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ apiKey: platform.apiKey }),
  })
  const { token, expiresIn } = (await response.json()) as { token: string; expiresIn: string }
  expect(Number(expiresIn)).toBe(3600)
  return token
}

async function send(url: string, method: string, authorization: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = {
    Authorization: authorization,
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
  return fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
}

async function ok<Body>(responding: Promise<Response>): Promise<Body> {
  const response = await responding
  const text = await response.text()
  expect(response.ok, text).toBe(true)
  return JSON.parse(text) as Body
}

test('the demo that draws images: a job from a template, its timeouts as texts, results asked for until they are there', async () => {
  const api = await startJobApi()
  await api.publish('fanout-replica', REPLICATE, { type: 'partitioner' })
  await api.publish('img-gen', DRAW)
  await api.publish('zipper', ARCHIVE, { type: 'assembler' })
  const template = {
    id: 'img-gen-template',
    app: 'img-gen@1.0',
    partitioner: 'fanout-replica@1.0',
    assembler: 'zipper@1.0',
    dataSource: { dataSourceDescriptor: 'bypass', params: {} },
    dataDestination: { dataSourceDescriptor: 'bucket', params: {} },
    params: { partitioner: { num_replicas: 5 }, app: { prompt: 'none' }, assembler: {} },
  }
  await api.call('POST /dev/templates', template)

  const jobs = `${api.platform.apiUrl}/customer/jobs`
  const accessToken = await token(api)
  const { job } = await ok<{ job: JobRecord }>(
    send(jobs, 'POST', accessToken, {
      templateId: 'img-gen-template',
      description: 'Several images of one prompt.',
      name: 'Job with img-gen-template',
      params: { partitioner: { num_replicas: 3 }, assembler: {}, app: { prompt: 'a red fox' } },
    }),
  )
  const config = { taskTimeout: '3600', jobTimeout: '84200', isTestJob: false }
  await ok(send(`${jobs}/${job.id}/run`, 'POST', accessToken, { config }))
  const early: number[] = []
  const [result] = await waitFor('results', async () => {
    const response = await send(`${jobs}/${job.id}/results`, 'GET', accessToken)
    if (response.ok) return ((await response.json()) as JobResultsResponse).results
    early.push(response.status)
    expect(await response.text()).toMatch(/not complete/)
    return undefined
  })
  expect(new Set(early)).toEqual(new Set([400]))

  const { url, link } = { url: undefined, ...result }
  const directory = await temporaryDirectory()
  await writeFiles(directory, { 'all.tar': Buffer.from(await (await fetch(url || (link ?? ''))).arrayBuffer()) })
  await runSuccessfully('tar', ['-xf', 'all.tar'], { cwd: directory })
  const { 'all.tar': _, ...images } = await readFiles(directory)
  expect(Object.keys(images).toSorted()).toEqual(['output_image_0.png', 'output_image_1.png', 'output_image_2.png'])
  for (const image of Object.values(images)) expect(String(image).trim()).toBe('a red fox')
})

test('the transcription script: a file by an upload, the end by polling, then results, or the logs of a failure', async () => {
  const api = await startJobApi()
  await api.publish('fanout', `cd "$SOURCE_DIR" && tar -xf "$(ls | head -n 1)" -C "$CHUNKS_DIR"`, { type: 'partitioner' })
  await api.publish(
    'transcription',
    `echo "reading chunk $CHUNK_NUMBER"; wc -c <"$TASK_DIR/data.bin" >"$TASK_RESULTS_DIR/transcription_result.json"`,
  )
  await api.publish('fanin', `cat "$TASK_RESULTS_DIR"/*.json >"$OUTPUT_DIR/decisions.json"`, { type: 'assembler' })
  await api.call('POST /dev/templates', { id: 'decisions', app: 'transcription', partitioner: 'fanout', assembler: 'fanin' })
  const directory = await temporaryDirectory()
  await writeFiles(directory, { 'a.mp3': 'aa', 'b.mp3': 'bbb' })
  await runSuccessfully('tar', ['-cf', 'audio.tar', 'a.mp3', 'b.mp3'], { cwd: directory })
  const { 'audio.tar': audio } = await readFiles(directory)

  const jobs = `${api.platform.apiUrl}/customer/jobs`
  const accessToken = await token(api)
  const run = async (file: string | Uint8Array<ArrayBuffer>): Promise<JobRecord> => {
    const { job } = await ok<{ job: JobRecord }>(
      send(jobs, 'POST', accessToken, {
        name: 'Audio Transcription Job',
        templateId: 'decisions',
        dataSource: {
          dataSourceDescriptor: 'file',
          params: { '@type': 'type.googleapis.com/bytenite.data_source.LocalFileDataSource' },
        },
        dataDestination: { dataSourceDescriptor: 'bucket' },
        params: { partitioner: {}, assembler: { OPENAI_API_KEY: 'key' }, app: {} },
      }),
    )
    const uploaded = await fetch(uploadLink(job), {
      method: 'PUT',
      headers: { 'Content-Disposition': 'attachment' },
      body: file,
    })
    expect(uploaded.ok).toBe(true)
    await ok(send(`${jobs}/${job.id}/uploadcompleted`, 'PATCH', accessToken))
    await ok(send(`${jobs}/${job.id}/run`, 'POST', accessToken, { config: {} }))
    return (await waitFor('the end', async () => {
      const answer = await ok<{ job: JobRecord }>(send(`${jobs}/${job.id}`, 'GET', accessToken))
      return ['JOB_STATE_COMPLETE', 'JOB_STATE_FAILED'].includes(answer.job.state) && answer.job
    })) as JobRecord
  }

  const complete = await run(new Uint8Array(audio ?? []))
  expect(complete.state).toBe('JOB_STATE_COMPLETE')
  const { results } = await ok<JobResultsResponse>(send(`${jobs}/${complete.id}/results`, 'GET', accessToken))
  const contents = await Promise.all(results.map(async ({ name, link }) => [name, await (await fetch(link)).text()]))
  expect(contents).toEqual([['decisions.json', '2\n3\n']])

  const failed = await run('no archive')
  expect(failed).toMatchObject({ state: 'JOB_STATE_FAILED', errorMessage: expect.stringMatching(/partitioner/i) as string })
  const body = { jobId: failed.id, taskIds: [], levels: [], services: [] }
  const logs = await ok<LogResponse>(send(`${api.platform.apiUrl}/customer/logs`, 'POST', accessToken, body))
  expect(
    logs.partitioner.map(({ log, level, timestamp }) => `${new Date(timestamp).getTime() > 0} ${level.padEnd(7)} ${log}`).join('\n'),
  ).toMatch(/^true UNKNOWN tar: /m)
  expect(logs.taskrunner).toEqual({})
  const refused = await send(`${jobs}/${failed.id}/results`, 'GET', accessToken)
  expect(((await refused.json()) as { message: string }).message).toMatch(/has failed/)
})

test("the founder's script: data by a URL, a config at the start, and a run without a body", async () => {
  const api = await startJobApi()
  await api.publish('transcription-service', `cat "$TASK_DIR/data.bin" >"$TASK_RESULTS_DIR/text.txt"`)
  await api.call('POST /dev/templates', { id: 'transcription-service-template', app: 'transcription-service' })
  const source = createServer((_, response) => response.end('all that was said'))
  const url = `http://127.0.0.1:${await listen(source)}/temp.mp3`

  const jobs = `${api.platform.apiUrl}/customer/jobs`
  const accessToken = await token(api)
  const { job } = await ok<{ job: JobRecord }>(
    send(jobs, 'POST', accessToken, {
      name: 'Audio transcription job',
      templateId: 'transcription-service-template',
      description: 'From audio to text.',
      dataSource: { dataSourceDescriptor: 'url', params: { '@type': 'type.googleapis.com/bytenite.data_source.HttpDataSource', url } },
      dataDestination: { dataSourceDescriptor: 'bucket' },
      params: { partitioner: {}, assembler: {}, app: {} },
      config: { taskTimeout: '3600', jobTimeout: '84200', isTestJob: true },
    }),
  )
  expect(job.config).toMatchObject({ taskTimeout: 3600, jobTimeout: 84_200, isTestJob: true })
  expect((await send(`${jobs}/${job.id}/run`, 'POST', accessToken)).ok).toBe(true)
  await waitFor('the end', async () => {
    const answer = await ok<{ job: JobRecord }>(send(`${jobs}/${job.id}`, 'GET', accessToken))
    return answer.job.state === 'JOB_STATE_COMPLETE'
  })
  const { results } = await ok<JobResultsResponse>(send(`${jobs}/${job.id}/results`, 'GET', accessToken))
  expect(results.map(({ name }) => name)).toEqual(['text.txt'])
  expect(await (await fetch(results[0]?.link ?? '')).text()).toBe('all that was said')
})

test('the workflow component: "Bearer", lists by plain limit and offset, and the old path to run', async () => {
  const api = await startJobApi()
  await api.publish('video-encoding', `cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/video.mp4"`)
  await api.call('POST /dev/templates', { id: 'video-template', app: 'video-encoding' })
  const source = createServer((_, response) => response.end('frames'))
  const url = `http://127.0.0.1:${await listen(source)}/video.mp4`

  const base = `${api.platform.apiUrl}/customer`
  const bearer = `Bearer ${await token(api)}`
  const templates = await ok<{ data: { id: string; name: string }[] }>(send(`${base}/jobs/templates?limit=100&offset=0`, 'GET', bearer))
  const [options] = templates.data.map(({ id: value, name: label }) => ({ value, label }))
  expect(options).toEqual({ value: 'video-template', label: 'video-template' })
  const created = await ok<{ job: JobRecord }>(
    send(`${base}/jobs`, 'POST', bearer, {
      name: 'Video encoding',
      templateId: options?.value,
      jobId: undefined,
      description: undefined,
      dataSource: { dataSourceDescriptor: 'url', params: { '@type': 'type.googleapis.com/bytenite.data_source.HttpDataSource', url } },
    }),
  )
  await ok(send(`${base}/jobs/run/${created.job.id}`, 'POST', bearer))
  const complete = await waitFor('the job in the list of those that are complete', async () => {
    const { data } = await ok<{ data: JobRecord[] }>(send(`${base}/jobs?limit=100&offset=0`, 'GET', bearer))
    return data.find(({ state }) => state === 'JOB_STATE_COMPLETE')
  })
  expect(complete).toMatchObject({ id: created.job.id, name: 'Video encoding' })
  const { results } = await ok<JobResultsResponse>(send(`${base}/jobs/${complete.id}/results`, 'GET', bearer))
  expect(results.map(({ name }) => name)).toEqual(['video.mp4'])
  expect((await ok<{ data: [] }>(send(`${base}/jobs?limit=100&offset=100`, 'GET', bearer))).data).toEqual([])
})
