import { createClient, pack, publish } from 'bytenite-uploader'
import { overrideVariable, type Override } from 'bytenite-uploader/internal/override'
import { describe, expect, test, vi } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { startPlatform } from '../helpers/platform.ts'
import { run } from '../helpers/process.ts'
import { rollup, vite } from '../helpers/programs.ts'
import { createProject, readRecord } from '../helpers/project.ts'
import { manifest, outputProject, publishProject } from '../helpers/publish.ts'

/** Sets the variable for this process, as for a program that a build starts. */
function override(value: Override | string): void {
  for (const [name, text] of Object.entries(typeof value === 'string' ? { BYTENITE_OVERRIDE: value } : overrideVariable(value))) {
    vi.stubEnv(name, text)
  }
  onTestFinished(() => void vi.unstubAllEnvs())
}

/** Everything by which a config can say where and whether to publish. */
const config = (url: string, key: string): string =>
  `{ apiUrl: '${url}', apiKey: '${key}', publish: PUBLISH, overwrite: false, manifest: { name: 'app', version: '1.0' } }`

const projectFor = (options: string): Promise<string> =>
  createProject({
    'package.json': '{ "name": "app", "type": "module" }',
    'main.js': 'console.log(1)\n',
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      export default { input: 'main.js', output: { dir: 'dist' }, plugins: [bytenite(${options})] }\n`,
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
      export default { plugins: [bytenite({ entry: 'main.js', ...${options} })] }\n`,
  })

describe.each([
  ['Rollup', rollup],
  ['Vite', [vite, 'build']],
])('a build by %s', (_, build) => {
  test('publishes to the platform of who started it, whatever its config and its environment say', async () => {
    const [own, other] = [await startPlatform(), await startPlatform()]
    const root = await projectFor(config(other.apiUrl, other.apiKey).replace('PUBLISH', 'false'))
    const variable = overrideVariable({ by: 'dev', publish: true, apiUrl: own.apiUrl, apiKey: own.apiKey })
    const env = { ...other.env, BYTENITE_ACCESS_TOKEN: 'of-another', BYTENITE_PUBLISH: 'false', ...variable }
    const { exitCode, stdout, stderr } = await run('node', build, { cwd: root, env })
    expect(exitCode, stdout + stderr).toBe(0)
    expect(await own.uploads()).toEqual(['app@1.0'])
    expect(await other.uploads()).toEqual([])
    expect(stdout + stderr).not.toContain(own.apiKey)
  })

  test('publishes nothing if who started it forbids it', async () => {
    const other = await startPlatform()
    const root = await projectFor(config(other.apiUrl, other.apiKey).replace('PUBLISH', 'true'))
    const env = { ...other.env, BYTENITE_PUBLISH: 'true', ...overrideVariable({ by: 'a check', publish: false }) }
    const { exitCode, stdout, stderr } = await run('node', build, { cwd: root, env })
    expect(exitCode, stdout + stderr).toBe(0)
    expect(stdout + stderr).toContain('not published: a check only builds')
    expect(await other.uploads()).toEqual([])
    await expect(readRecord(root)).rejects.toThrow('ENOENT')
  })
})

test('an archive of the same version is replaced on the platform of who started it', async () => {
  const own = await startPlatform()
  override({ by: 'dev', publish: true, apiUrl: own.apiUrl, apiKey: own.apiKey })
  await publishProject(await outputProject({ 'main.js': '1' }), {}, { overwrite: false })
  await publishProject(await outputProject({ 'main.js': '2' }), {}, { overwrite: false })
  expect(await own.uploads()).toEqual(['app@1.0', 'app@1.0'])
})

test('where publishing is forbidden, the API sends nothing that changes a platform', async () => {
  const platform = await startPlatform()
  const root = await outputProject({ 'main.js': '1' })
  const options = { directory: 'dist', root, manifest, env: platform.env }
  const { archive, hash } = await pack(options)
  override({ by: 'a check', publish: false })
  await expect(publish(options)).rejects.toMatchObject({ code: 'PUBLISHING_OFF' })
  const client = createClient({ apiUrl: platform.apiUrl, credentials: { apiKey: platform.apiKey } })
  await expect(client.apps.upload(archive, { tag: 'app@1.0', hash })).rejects.toThrow(
    'Nothing may be changed on a platform while a check builds.',
  )
  await expect(client.apps.deactivate('app')).rejects.toMatchObject({ code: 'PUBLISHING_OFF' })
  expect((await client.apps.list().next()).done).toBe(true)
})

test.each([['{'], ['{}'], ['null'], ['{"by":"dev","publish":true,"apiUrl":"http://127.0.0.1:1/v1"}'], ['{"by":"dev"}']])(
  'one that cannot be read (%s) is an error, and nothing is sent',
  async (text) => {
    const platform = await startPlatform()
    const root = await outputProject({ 'main.js': '1' })
    override(text)
    await expect(publishProject(root, platform)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    vi.unstubAllEnvs()
    expect(await platform.uploads()).toEqual([])
  },
)
