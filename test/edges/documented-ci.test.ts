import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCode, stepsOf } from '../helpers/code-blocks.ts'
import { startPlatform } from '../helpers/platform.ts'
import { createProject, repository } from '../helpers/project.ts'
import { runScript } from '../helpers/shell.ts'

const PAGE = 'packages/core/docs/ci.md'

async function project(name: string, version: string): Promise<string> {
  return createProject({
    'package.json': JSON.stringify({ name, version, type: 'module' }),
    'vite.config.ts': await findCode('packages/vite/README.md', 'ts', 'vite.config.ts'),
    'src/main.ts': 'console.log(1)\n',
  })
}

test('the workflow of GitHub publishes, with the variables that its step gets', async () => {
  const platform = await startPlatform()
  const workflow = await findCode(PAGE, 'yaml', 'actions/checkout')
  const granted: Record<string, string> = { 'vars.BYTENITE_API_URL': platform.apiUrl, 'secrets.BYTENITE_API_KEY': platform.apiKey }
  const given = Array.from(workflow.matchAll(/^ +(\w+): \$\{\{ ((?:vars|secrets)\.\w+) \}\}$/gm), ([, name = '', from = '']) => [
    name,
    granted[from],
  ])
  expect(given).toHaveLength(2)
  const env = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', ...(Object.fromEntries(given) as Record<string, string>) }
  const output = await runScript(stepsOf(workflow).join('\n'), { cwd: await project('hello-world', '0.1.0'), env })
  expect(output).toMatch(/^npm ci\nnpm test\n[^]*published hello-world@0\.1 /)

  // And prints what the README shows.
  const linesOf = (text: string): string[] =>
    Array.from(text.matchAll(/^\[bytenite\] .*/gm), ([line]) => line.replace(/sha256 \w+/, 'sha256').replaceAll(/[\d.]+/g, '#'))
  expect(linesOf(output)).toEqual(linesOf(await findCode('README.md', 'text', 'hello-world')))
})

test('the job of GitLab publishes what the page then activates, and leaves its artifact', async () => {
  const platform = await startPlatform()
  const cwd = await project('my-app', '1.4.0')
  const job = await findCode(PAGE, 'yaml', 'script:')
  const env = { CI: 'true', GITLAB_CI: 'true', ...platform.env }
  const output = await runScript(stepsOf(job).join('\n'), { cwd, env })
  expect(output).toMatch(/^npm ci\nnpm test\n[^]*published my-app@1\.4 /)
  const [, artifact = ''] = /paths: \[(.*)\]/.exec(job) ?? []
  expect(existsSync(join(cwd, artifact))).toBe(true)

  await runScript(await findCode(PAGE, 'sh', 'activate'), { cwd, env })
  expect(await platform.client.apps.getStatus('my-app')).toBe('active')
  expect(await platform.uploads()).toEqual(['my-app@1.4'])
})

test("each row of what one did with the platform's own command line does so with these commands", async () => {
  const platform = await startPlatform()
  const page = await readFile(join(repository, 'packages/core/docs/coming-from-the-cli.md'), 'utf8')
  const root = await createProject({
    'path/to/app/manifest.json': JSON.stringify({
      name: 'my-app',
      Version: '0.1',
      platform: 'docker',
      entrypoint: 'main.py',
      platformConfig: { Container: 'python:3.12-slim' },
      device_requirements: { MinCpu: 1, minMemory: 1 },
    }),
    'path/to/app/template.json': JSON.stringify({ id: 'my-template', app: 'my-app' }),
    'path/to/app/schema.json': JSON.stringify({ type: 'object' }),
    'path/to/app/app/main.py': `import os, shutil
shutil.copy(os.environ['TASK_DIR'] + '/data.bin', os.environ['TASK_RESULTS_DIR'] + '/copy.txt')\n`,
    'data.txt': 'some data',
  })
  const table = page.slice(page.indexOf('| What you did'), page.indexOf('Nothing in your app'))
  const commands = Array.from(table.matchAll(/`(npx [^`]*)`/g), ([, command = '']) => command)
  expect(commands).toHaveLength(6)
  const output = await runScript(commands.join('\n'), { cwd: root, env: platform.env, warnings: /another spelling/ })
  expect(output).toMatch(/published my-app@0\.1[^]*my-app@0\.1[^]*active/)
  expect(await readFile(join(root, 'results/copy.txt'), 'utf8')).toBe('some data')
  for (const file of ['manifest.json', 'template.json', 'schema.json', 'app/main.py']) {
    expect(existsSync(join(root, 'my-app', file)), file).toBe(true)
  }
})
