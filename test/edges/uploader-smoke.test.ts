import { publish, type PublishOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { createProject, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { uploader } from '../helpers/uploader.ts'

const javascript = `import { readFileSync, writeFileSync } from 'node:fs'
const { TASK_DIR, TASK_RESULTS_DIR, APP_PARAMS } = process.env
const text = readFileSync(TASK_DIR + '/data.bin', 'utf8')
console.log('read ' + text + ' ' + APP_PARAMS)
if (text !== 'good') process.exit(7)
writeFileSync(TASK_RESULTS_DIR + '/out.txt', text)
`
const python = `import os, sys
text = open(os.environ['TASK_DIR'] + '/data.bin').read()
print('read ' + text, flush=True)
if text != 'good': sys.exit('the text is ' + text)
open(os.environ['TASK_RESULTS_DIR'] + '/out.txt', 'w').write(text)
`

test.each([
  ['Node', 'main.mjs', javascript, 'exited with code 7'],
  ['Python', 'main.py', python, 'exited with code 1'],
])('an app in %s is sent only if it runs', async (_, file, code, ending) => {
  const platform = await startPlatform()
  const root = await createProject({ [`dist/${file}`]: code, 'good.txt': 'good', 'bad.txt': 'bad' })
  const base = ['publish', 'dist', '--manifest.name', 'app', '--manifest.version', '1.0', '--smoke.params', '{"a":1}']
  const failed = await uploader([...base, '--smoke.input', 'bad.txt'], { cwd: root, env: platform.env })
  expect(failed.exitCode).toBe(4)
  expect(failed.stderr).toContain(`[SMOKE_FAILED] The trial run of app@1.0 failed, so nothing was sent: Task 0 failed: ${ending}`)
  expect(failed.stderr).toMatch(/\nIt ended with:\n {2}read bad/)
  expect(await platform.uploads()).toEqual([])
  const { exitCode, stdout, stderr } = await uploader([...base, '--smoke.input', 'good.txt'], { cwd: root, env: platform.env })
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toMatch(/\nrunning it once on this machine, before it is sent\nit ran: [\d.]+ s\npublished app@1\.0 /)
  expect(await platform.uploads()).toEqual(['app@1.0'])
  // What is on the platform is not tried again.
  const again = await uploader([...base, '--smoke.input', 'bad.txt'], { cwd: root, env: platform.env })
  expect(again.stdout).toContain('up to date')
  // But it is before jobs can use it.
  const live = await uploader([...base, '--smoke.input', 'bad.txt', '--activate'], { cwd: root, env: platform.env })
  expect(live.stderr).toContain('[SMOKE_FAILED]')
  expect(await platform.client.apps.getStatus('app')).toBe('inactive')
})

async function publishWith(options: Partial<PublishOptions>, projectRoot?: string) {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.mjs': javascript, 'package.json': '{}' })
  const manifest = { name: 'app', version: '1.0', entrypoint: 'main.mjs', ...options.manifest }
  const publishing = publish({ directory: 'dist', root, env: platform.env, ...options, manifest, ...(projectRoot && { projectRoot }) })
  return { platform, publishing }
}

test('an engine, and data that are not there, are errors, and nothing is sent', async () => {
  const engine = await publishWith({ smoke: {}, manifest: { type: 'partitioner' } })
  await expect(engine.publishing).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining('is an engine') as string,
  })
  const missing = await publishWith({ smoke: { input: 'nowhere.txt' } })
  await expect(missing.publishing).rejects.toThrow('nowhere.txt')
  const misspelt = await publishWith({ smoke: { imput: 'x' } as object })
  await expect(misspelt.publishing).rejects.toThrow('Did you mean "smoke.input"?')
  for (const { platform } of [engine, missing, misspelt]) expect(await platform.uploads()).toEqual([])
})

test('without bytenite-local, or with one that is too old, it says how to install it', async () => {
  const old = await temporaryDirectory()
  await writeFiles(old, {
    'package.json': '{}',
    'node_modules/bytenite-local/package.json': '{ "name": "bytenite-local", "type": "module", "exports": "./index.js" }',
    'node_modules/bytenite-local/index.js': 'export const createLocalPlatform = 1\n',
  })
  const { platform, publishing } = await publishWith({ smoke: {} }, old)
  await expect(publishing).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringMatching(
      /is too old for that\. Nothing was sent\.\nInstall it: npm install --save-dev bytenite-local$/,
    ) as string,
  })
  expect(await platform.uploads()).toEqual([])
})
