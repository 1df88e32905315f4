import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCode } from '../helpers/code-blocks.ts'
import { callApi, startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, readFiles, repository, writeFiles, type Files } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** A package of the workspace that Vite builds. */
function part(name: string, options: string, code: string, dependencies: object = {}): Files {
  return {
    [`${name}/package.json`]: JSON.stringify({
      name,
      version: '1.2.0',
      type: 'module',
      scripts: { build: 'vite build' },
      devDependencies: dependencies,
    }),
    [`${name}/vite.config.js`]: `import { bytenite } from 'vite-plugin-bytenite'
      export default { plugins: [bytenite({ entry: 'src/main.ts', ${options} })] }\n`,
    [`${name}/src/main.ts`]: code,
  }
}

const results = `import { writeFileSync } from 'node:fs'
  const directory: string = process.env.TASK_RESULTS_DIR!
  writeFileSync(directory + '/result.txt', 'done')\n`

async function workspace(dependencies: object): Promise<string> {
  const root = await createProject({
    'package.json': '{ "private": true, "packageManager": "pnpm@10.34.9" }',
    'pnpm-workspace.yaml': 'packages: ["*"]\n',
    // By its name, the app comes first.
    ...part('app', '', results, dependencies),
    'app/template.json': JSON.stringify({ description: 'all three', partitioner: 'cut@1.2', assembler: 'paste' }),
    ...part('cut', `manifest: { type: 'partitioner' }`, `console.log(process.env.CHUNKS_DIR)\n`),
    ...part('paste', `manifest: { type: 'assembler' }`, `console.log(process.env.OUTPUT_DIR)\n`),
  })
  // As if it had been installed.
  for (const name of ['app', 'cut', 'paste']) await symlink(join(repository, 'node_modules'), join(root, name, 'node_modules'), 'junction')
  return root
}

/** The guide's command for pnpm. */
const [words = ''] = /(?<=^pnpm ).*/m.exec(await findCode('packages/core/docs/monorepos.md', 'sh', 'pnpm')) ?? []
const build = ['-y', 'pnpm@10.34.9', '--config.verify-deps-before-run=false', ...words.split(' ')]

test('a partitioner, an app and an assembler are published by one command, the app with the template last', async () => {
  const platform = await startPlatform()
  const root = await workspace({ cut: 'workspace:*', paste: 'workspace:*' })
  const output = await runSuccessfully('npx', build, { cwd: root, env: platform.env })
  expect(output.indexOf('published app@1.2')).toBeGreaterThan(
    Math.max(output.indexOf('published cut@1.2'), output.indexOf('published paste@1.2')),
  )
  expect(output).toContain('job template app-template created')
  expect((await callApi(platform.apiUrl, platform.apiKey, 'GET /dev/templates/app-template')).json).toEqual({
    id: 'app-template',
    description: 'all three',
    app: 'app@1.2',
    partitioner: 'cut@1.2',
    assembler: 'paste',
  })
  expect((await callApi(platform.apiUrl, platform.apiKey, 'GET /dev/engines/cut')).json).toMatchObject({ type: 'partitioner' })
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'in.txt': 'x' })
  await runSuccessfully('node', [localBin, 'run', 'app', '--input', 'in.txt', '--out', 'out'], { cwd, env: platform.env })
  expect(String((await readFiles(join(cwd, 'out')))['result.txt'])).toBe('done')
})

test('in the wrong order, nothing of the app is sent, and the error says how to put it right', async () => {
  const platform = await startPlatform()
  const root = await workspace({})
  const { exitCode, stdout, stderr } = await run('node', [vite, 'build'], { cwd: join(root, 'app'), env: platform.env })
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toMatch(
    /\[MISSING_ENGINE\] The job template app-template needs the engine cut@1\.2, which the platform does not have\. Nothing was uploaded\.[^]*add its package to the app's dependencies/,
  )
  expect(await platform.uploads()).toEqual([])
})
