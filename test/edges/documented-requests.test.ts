import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { findCode } from '../helpers/code-blocks.ts'
import { startPlatform } from '../helpers/platform.ts'
import { createProject, readRecord } from '../helpers/project.ts'
import { runScript } from '../helpers/shell.ts'

test('a secret that is stored as the guide says is in the variable that it says, in a task of the app that names it', async () => {
  const platform = await startPlatform()
  const page = 'packages/core/docs/private-images.md'
  const root = await createProject({
    'package.json': '{ "name": "reader", "version": "1.0.0", "type": "module" }',
    'vite.config.ts': await findCode(page, 'ts', "secrets: ['DB']"),
    'src/main.ts': `import { writeFileSync } from 'node:fs'
      writeFileSync(process.env.TASK_RESULTS_DIR + '/read.txt', String(process.env.DB))\n`,
  })
  const store = (await findCode(page, 'sh', '/auth/secrets')).replace('"..."', '"a-password"')
  const script = `${store}\nnpx vite build\nnpx bytenite-local run reader --out results`
  const output = await runScript(script, { cwd: root, env: platform.env })
  expect(output).not.toContain('a-password')
  expect(await readFile(join(root, 'results/read.txt'), 'utf8')).toBe('a-password')
})

test('the login of a private image comes from the variables that the guide sets, and is not shown', async () => {
  const platform = await startPlatform()
  const page = 'packages/core/docs/private-images.md'
  const root = await createProject({
    'package.json': '{ "name": "private", "version": "1.0.0", "type": "module" }',
    'vite.config.ts': await findCode(page, 'ts', 'privateImage'),
    'src/main.ts': 'console.log(1)\n',
  })
  const build = (await findCode(page, 'sh', 'BYTENITE_REGISTRY_TOKEN')).replace('TOKEN=...', 'TOKEN=a-registry-token')
  expect(await runScript(build, { cwd: root, env: platform.env })).not.toContain('a-registry-token')
  const manifest = (await platform.extract(await readRecord(root)))['manifest.json']
  expect(JSON.parse(String(manifest))).toMatchObject({
    platform_config: { container: 'registry.example/team/image:3', private_image: true, username: 'robot', token: 'a-registry-token' },
  })
})

test('the requests of the README of the platform create a job', async () => {
  const platform = await startPlatform()
  const root = await createProject({ 'app/main.py': '' })
  const publish = 'npx bytenite-uploader publish app --manifest.name my-app --manifest.version 0.1 --activate'
  const requests = await findCode('packages/local/README.md', 'sh', '/customer/jobs')
  const output = await runScript(`${publish}\n${requests}`, { cwd: root, env: platform.env })
  const created = JSON.parse(/^\{.*\}$/m.exec(output)?.[0] ?? '') as { job: JobRecord }
  expect(await platform.client.jobs.get(created.job.id)).toMatchObject({ state: 'JOB_STATE_NEW' })
})
