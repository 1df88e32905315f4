import { buffer } from 'node:stream/consumers'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { LocalPlatformOptions } from 'bytenite-local'
import { pack } from 'tar-stream'
import { accessToken, startPlatform, type TestPlatform } from './platform.ts'
import { waitFor, type WaitOptions } from './wait-for.ts'

interface JsonResponse {
  status: number
  json: unknown
  /** Why the platform refuses. */
  reason: string | undefined
}

/** Calls to a platform's API, without this project's client. */
export interface JobCalls {
  token: string
  /** @param request such as `GET /customer/jobs` @param body is sent as JSON, or as it is if it is a string */
  call(request: string, body?: unknown): Promise<JsonResponse>
  /** Publishes a shell script, and activates it. */
  publish(name: string, script: string, more?: Published): Promise<void>
  /** Creates a job. */
  create(request: object): Promise<JobRecord>
  /** Creates a job, runs it, and waits for its end. */
  finish(request: object): Promise<JobRecord>
  /** Waits for the end of a job. */
  ended(id: string, options?: WaitOptions): Promise<JobRecord>
  /** The results of a job, downloaded without a token. */
  results(id: string): Promise<Record<string, string>>
}

export interface JobApi extends JobCalls {
  platform: TestPlatform
}

interface Published {
  type?: 'app' | 'partitioner' | 'assembler'
  /** `schema.json`. */
  schema?: object
  /** More of `platform_config`. */
  config?: object
  /** `device_requirements`. */
  requirements?: object
}

/** One chunk a line. */
export const SPLIT_LINES = `i=0
for file in "$SOURCE_DIR"/*; do
  while read -r line; do printf '%s\\n' "$line" >"$CHUNKS_DIR/data_$i.bin"; i=$((i+1)); done <"$file"
done`
/** Letters in upper case, always under the same name. */
export const UPPER = `echo "chunk $CHUNK_NUMBER"
tr a-z A-Z <"$TASK_DIR/data.bin" >"$TASK_RESULTS_DIR/out.txt"`
export const JOIN = `cat "$TASK_RESULTS_DIR"/* >"$OUTPUT_DIR/all.txt"`

export async function startJobApi(options: LocalPlatformOptions = {}): Promise<JobApi> {
  const platform = await startPlatform(options)
  return { platform, ...(await connectJobApi(platform)) }
}

export async function connectJobApi({ apiUrl, apiKey }: Pick<TestPlatform, 'apiUrl' | 'apiKey'>): Promise<JobCalls> {
  const token = await accessToken(apiUrl, apiKey)

  const call: JobCalls['call'] = async (request, body) => {
    const [method = '', path = ''] = request.split(' ')
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(apiUrl + path, { method, headers: { authorization: token }, ...(text !== undefined && { body: text }) })
    const json = (await response.json()) as unknown
    return { status: response.status, json, reason: (json as { error?: { description?: string } | null }).error?.description }
  }

  const expectOk = async (request: string, body?: unknown): Promise<unknown> => {
    const { status, json } = await call(request, body)
    if (status !== 200) throw new Error(`${request}: ${status} ${JSON.stringify(json)}`)
    return json
  }

  const create: JobCalls['create'] = async (request) => ((await expectOk('POST /customer/jobs', request)) as { job: JobRecord }).job

  const ended: JobCalls['ended'] = (id, options) => {
    const hasEnded = async (): Promise<JobRecord | false> => {
      const { job } = (await expectOk(`GET /customer/jobs/${id}`)) as { job: JobRecord }
      return ['JOB_STATE_COMPLETE', 'JOB_STATE_FAILED'].includes(job.state) && job
    }
    return waitFor(`the end of job ${id}`, hasEnded, options) as Promise<JobRecord>
  }

  return {
    token,
    call,
    async publish(name, script, { type = 'app', schema, config, requirements } = {}) {
      const kind = type === 'app' ? 'apps' : 'engines'
      const platform_config = { container: 'any', ...config }
      const tar = pack()
      tar.entry(
        { name: 'manifest.json' },
        JSON.stringify({
          name,
          version: '1.0',
          type,
          platform: 'docker',
          entrypoint: 'main.sh',
          platform_config,
          ...(requirements !== undefined && { device_requirements: requirements }),
        }),
      )
      tar.entry({ name: 'app/main.sh', mode: 0o755 }, `#!/bin/sh\nset -e\n${script}\n`)
      if (schema !== undefined) tar.entry({ name: 'schema.json' }, JSON.stringify(schema))
      tar.finalize()
      await expectOk(`POST /dev/${kind}`, { data: (await buffer(tar as AsyncIterable<Uint8Array>)).toString('base64') })
      await expectOk(`POST /dev/${kind}/${name}/activate`)
    },
    create,
    ended,
    async finish(request) {
      const { id } = await create(request)
      await expectOk(`POST /customer/jobs/${id}/run`)
      return ended(id)
    },
    async results(id) {
      const { results } = (await expectOk(`GET /customer/jobs/${id}/results`)) as { results: { name: string; link: string }[] }
      const contents = results.map(async ({ name, link }) => [name, await (await fetch(link)).text()] as const)
      return Object.fromEntries(await Promise.all(contents))
    },
  }
}

/** A job whose data are these lines, as a file that was uploaded. */
export async function createWithFile(api: JobCalls, lines: string, request: object): Promise<JobRecord> {
  const job = await api.create({ ...request, dataSource: { dataSourceDescriptor: 'file' } })
  await fetch(uploadLink(job), { method: 'PUT', body: lines })
  await api.call(`PATCH /customer/jobs/${job.id}/uploadcompleted`)
  return job
}

export function uploadLink({ dataSource }: JobRecord): string {
  return String(dataSource?.params?.['tempUrl'])
}
