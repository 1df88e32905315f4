import { buffer } from 'node:stream/consumers'
import { createLocalPlatform, type LocalPlatform } from 'bytenite-local'
import { pack } from 'tar-stream'
import { onTestFinished } from './current-test.ts'
import { callApi, type ApiResponse } from './platform.ts'
import { run, type Ending } from './process.ts'
import { repository } from './project.ts'
import { localBin } from './serve.ts'

/** A platform for tests of what it keeps on disk. */
export interface OpenStore {
  platform: LocalPlatform
  apiUrl: string
  /** Damage that it reported when it started. */
  warnings: string[]
  call(request: string, body?: string): Promise<ApiResponse>
  /** Uploads `app@1.0`, unless `changes` to its manifest say otherwise. */
  upload(content: string, changes?: object, template?: object): Promise<ApiResponse>
}

/** Opens a directory in this process, and closes it after the test if it is still open. */
export async function openStore(directory: string): Promise<OpenStore> {
  const warnings: string[] = []
  const platform = createLocalPlatform({ directory, onWarning: (message) => warnings.push(message) })
  onTestFinished(() => platform.close())
  const { apiUrl } = await platform.listen()
  const call: OpenStore['call'] = (request, body) => callApi(apiUrl, platform.apiKey, request, body)
  return {
    platform,
    apiUrl,
    warnings,
    call,
    upload: async (content, changes, template) => call('POST /dev/apps', await uploadBody(content, changes, template)),
  }
}

export async function uploadBody(content: string, changes: object = {}, template?: object): Promise<string> {
  const manifest = { name: 'app', version: '1.0', platform: 'docker', entrypoint: 'main.js', platform_config: { container: 'any' } }
  const tar = pack()
  tar.entry({ name: 'manifest.json' }, JSON.stringify({ ...manifest, ...changes }))
  tar.entry({ name: 'app/main.js' }, content)
  if (template !== undefined) tar.entry({ name: 'template.json' }, JSON.stringify(template))
  tar.finalize()
  return JSON.stringify({ data: (await buffer(tar as AsyncIterable<Uint8Array>)).toString('base64') })
}

/** Runs `bytenite-local serve` to its end. */
export function serveRefused(directory: string): Promise<Ending> {
  return run(process.execPath, [localBin, 'serve', '--port', '0', '--dir', directory], { cwd: repository })
}
