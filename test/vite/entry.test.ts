import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, readFiles, readRecord, type Files } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

function project(options: string, files: Files): Promise<string> {
  return createProject({
    'package.json': '{ "name": "entry-app", "version": "1.0.0", "type": "module" }',
    'vite.config.ts': `import { bytenite } from 'vite-plugin-bytenite'\nexport default { plugins: [bytenite({ ${options} })] }\n`,
    ...files,
  })
}

const python = `#!/usr/bin/env python3
import os
from lib.greeting import greet
with open(os.path.join(os.environ['TASK_RESULTS_DIR'], 'out.txt'), 'w') as file:
    file.write(greet())
`

test('an entry that is not JavaScript publishes its folder as it is, and runs', async () => {
  const platform = await startPlatform()
  const sources = {
    'src/main.py': python,
    'src/lib/__init__.py': '',
    'src/lib/greeting.py': "def greet():\n    return 'from python'\n",
    'src/data/raw.bin': Buffer.from([0, 0xff, 0x80]),
    'src/page.js': `import 'not-bundled'\n`,
  }
  const root = await project(`entry: 'src/main.py'`, {
    ...sources,
    'src/__pycache__/main.pyc': 'x',
    'dist/stale.txt': 'x',
    'public/never.txt': 'x',
  })
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  expect(output).toMatch(/published entry-app@1\.0/)
  const record = await readRecord(root)
  expect(record).toMatchObject({ entrypoint: 'main.py', platformConfig: { container: 'python:3.12-slim' } })
  const app = await platform.extractApp(record)
  expect(app).toEqual(
    Object.fromEntries(Object.entries(sources).map(([path, content]) => [path.replace('src/', 'app/'), Buffer.from(content)])),
  )
  const results = await temporaryDirectory()
  await runSuccessfully('node', [localBin, 'run', 'entry-app', '--out', '.'], { cwd: results, env: platform.env })
  expect(String((await readFiles(results))['out.txt'])).toBe('from python')
})

test.each([
  [
    'several entries',
    `entry: ['src/a.ts', 'src/b.ts']`,
    {},
    /\[INVALID_OPTION\]|The option "entry" is \["src\/a\.ts","src\/b\.ts"\]; expected the path of one file\.[^]*its own config/,
  ],
  ['no entry', `entry: ''`, {}, /The option "entry" is ""; expected the path of one file/],
  ['a script in the root', `entry: 'main.py'`, { 'main.py': '' }, /The entry main\.py is in the project's root[^]*src\/main\.py/],
  [
    'a file that is not there',
    `entry: 'src/man.ts'`,
    { 'src/main.ts': '' },
    /The option "entry" is "src\/man\.ts", and there is no such file\. Correct the path, which is relative to \//,
  ],
  ['a script that is not there', `entry: 'src/gone.py'`, { 'src/main.py': '' }, /names src\/gone\.py, which does not exist/],
  ['a folder that is not there', `entry: 'gone/main.py'`, {}, /The folder of the entry gone\/main\.py cannot be read/],
] as [string, string, Files, RegExp][])('%s is an error that says what to do', async (_, options, files, message) => {
  const { exitCode, stdout, stderr } = await run('node', [vite, 'build'], { cwd: await project(options, files) })
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toMatch(message)
})

test.each([
  ['the default', '', {}, 'nothing'],
  ['an old Node by option', `, manifest: { platformConfig: { container: 'node:8' } }, checks: false`, {}, 'syntax'],
  [
    'an old Node by manifest.json',
    `, checks: false`,
    { 'manifest.json': '{"platform_config":{"container":"docker.io/library/node:8.17-slim"}}' },
    'syntax',
  ],
  ['a new Node', `, manifest: { platformConfig: { container: 'node:24' } }`, {}, 'nothing'],
] as [string, string, Files, string][])('the code is made for the Node of the container: %s', async (_, options, files, changed) => {
  const root = await project(`entry: 'src/main.ts'${options}`, { 'src/main.ts': `console.log(globalThis.a?.b ?? 1)\n`, ...files })
  await runSuccessfully('node', [vite, 'build'], { cwd: root, warnings: /./ })
  const code = await readFile(join(root, 'dist/main.js'), 'utf8')
  expect(code.includes('?.') ? 'nothing' : 'syntax').toBe(changed)
})

test('the archive, and only the archive, says that the file is an ES module', async () => {
  const platform = await startPlatform()
  const root = await project(`entry: 'src/main.ts'`, { 'src/main.ts': `import { sep } from 'node:path'\nconsole.log(sep)\n` })
  await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  const arrived = await platform.extract(await readRecord(root))
  expect(JSON.parse(String(arrived['app/package.json']))).toEqual({ type: 'module' })
  expect(Object.keys(await readFiles(join(root, 'dist'))).toSorted()).toEqual(['bytenite.app.json', 'main.js', 'main.js.map'])
})

test('what the sources read of the environment is checked, and not what dependencies read', async () => {
  const root = await project(`entry: 'src/main.ts', manifest: { platformConfig: { secrets: ['DECLARED'] } }`, {
    'src/main.ts': `import { pack } from 'tar-stream'
      import { unused } from './unused'
      const key: string | undefined = process.env.MY_KEY
      console.log(key, process.env.DECLARED, process.env.OPTIONAL ?? '', typeof pack)\n`,
    'src/unused.ts': `export const unused = process.env.UNUSED\n`,
  })
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, warnings: /MY_KEY/ })
  expect(output).toMatch(/warning: \[unknown-variable\] src\/main\.ts reads process\.env\.MY_KEY, which nothing sets/)
  expect(output).not.toMatch(/UNUSED|OPTIONAL|NODE_DEBUG/)
})
