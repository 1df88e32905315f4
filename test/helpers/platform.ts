import { join } from 'node:path'
import { createClient, type Client } from 'bytenite-uploader'
import type { AppRecord } from 'bytenite-uploader/wire'
import { createLocalPlatform, type ListenOptions, type LocalPlatform, type LocalPlatformOptions } from 'bytenite-local'
import { onTestFinished } from './current-test.ts'
import { runSuccessfully } from './process.ts'
import { readFiles } from './project.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A local platform on a free port, with what tests ask of it. */
export interface TestPlatform {
  apiUrl: string
  apiKey: string
  directory: string
  /** What a user would export. */
  env: { BYTENITE_API_URL: string; BYTENITE_API_KEY: string }
  client: Client
  /** Stops listening, and lets another platform use the directory. */
  close(): Promise<void>
  /** One entry per upload of every app that was accepted, by its tag. */
  uploads(): Promise<string[]>
  /** What arrived: the archive as the platform has it, extracted by the system's tar. */
  extract(record: AppRecord): Promise<Record<string, Buffer>>
  /** The same without what this project adds to an output: only what is under `app/`, less the module type. */
  extractApp(record: AppRecord): Promise<Record<string, Buffer>>
}

export async function startPlatform(options: LocalPlatformOptions = {}, listenOptions: ListenOptions = {}): Promise<TestPlatform> {
  const platform = createLocalPlatform({ ...options, directory: options.directory ?? (await temporaryDirectory()) })
  onTestFinished(() => platform.close())
  const { apiUrl } = await platform.listen(listenOptions)
  return connect(apiUrl, platform)
}

/** What tests ask of a platform that listens already. */
export function connect(apiUrl: string, platform: LocalPlatform): TestPlatform {
  const { apiKey } = platform
  const client = createClient({ apiUrl, credentials: { apiKey } })
  const extract: TestPlatform['extract'] = async ({ name, version }) => {
    const target = await temporaryDirectory()
    const tar = join(await temporaryDirectory(), 'app.tar')
    await client.apps.download(`${name}@${version}`, tar)
    await runSuccessfully('tar', ['-xf', tar, '-C', target], { cwd: target })
    return readFiles(target)
  }
  return {
    apiUrl,
    apiKey,
    directory: platform.directory,
    env: { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: apiKey },
    client,
    close: () => platform.close(),
    async uploads() {
      const { apps } = (await callApi(apiUrl, apiKey, 'GET /dev/apps?pagination.limit=10000')).json as { apps: AppRecord[] }
      return apps.flatMap(({ name, version, revision }) => Array<string>(Number(revision)).fill(`${name}@${version}`))
    },
    extract,
    async extractApp(record) {
      const files = Object.entries(await extract(record))
      return Object.fromEntries(files.filter(([path, bytes]) => path.startsWith('app/') && !isModuleType(path, bytes)))
    },
  }
}

function isModuleType(path: string, bytes: Buffer): boolean {
  return path === 'app/package.json' && String(bytes) === '{"type":"module"}\n'
}

export interface ApiResponse {
  status: number
  json: unknown
}

/** Calls the API without this project's client. `authorization` replaces the access token. */
export async function callApi(apiUrl: string, apiKey: string, call: string, body?: string, authorization?: string): Promise<ApiResponse> {
  const [method = '', path = ''] = call.split(' ')
  const response = await fetch(apiUrl + path, {
    method,
    headers: { authorization: authorization ?? (await accessToken(apiUrl, apiKey)) },
    ...(body !== undefined && { body }),
  })
  return { status: response.status, json: await response.json() }
}

export async function accessToken(apiUrl: string, apiKey: string): Promise<string> {
  const response = await fetch(`${apiUrl}/auth/access_token`, { method: 'POST', body: JSON.stringify({ apiKey }) })
  return ((await response.json()) as { token: string }).token
}
