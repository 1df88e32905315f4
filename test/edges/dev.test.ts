import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, startProgram } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readFiles, writeFiles } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const project = {
  'package.json': '{ "name": "counter", "version": "1.0.0", "type": "module" }',
  'src/main.js': `import { readFileSync, writeFileSync } from 'node:fs'
    const { TASK_DIR, TASK_RESULTS_DIR, APP_PARAMS } = process.env
    writeFileSync(TASK_RESULTS_DIR + '/count.txt', readFileSync(TASK_DIR + '/data.bin').length + APP_PARAMS)\n`,
  'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
    export default { input: 'src/main.js', output: { dir: 'dist' }, external: /^node:/, plugins: [bytenite()] }\n`,
  'sample.txt': 'four',
  'params.json': '{"a":1}',
}

async function dev(root: string, flags: string[], command: string[], env: Record<string, string> = {}) {
  const temporary = await temporaryDirectory()
  const result = await run('node', [localBin, 'dev', ...flags, '--', ...command], { cwd: root, env: { TMPDIR: temporary, ...env } })
  expect(await readdir(temporary)).toEqual([])
  return result
}

test('dev builds, publishes and runs, whatever the shell says of another platform, and leaves the results alone', async () => {
  const root = await createProject(project)
  const env = { BYTENITE_API_URL: 'http://127.0.0.1:9/v1', BYTENITE_ACCESS_TOKEN: 'of-another-platform', BYTENITE_PUBLISH: 'false' }
  const { exitCode, stdout, stderr } = await dev(root, ['--input', 'sample.txt', '--params', 'params.json'], ['node', ...rollup], env)
  expect(exitCode, stderr).toBe(0)
  expect(stdout + stderr).toContain('published counter@1.0')
  expect(stdout).toMatch(/^Running counter@1\.0 as job \S+\nComplete in .*\nresults\/count\.txt\n$/)
  expect(String((await readFiles(join(root, 'results')))['count.txt'])).toBe('4{"a":1}')
})

test.each([
  [
    'a build that fails',
    ['node', '-e', 'process.exit(3)'],
    [],
    /bytenite-local: The build failed with exit code 3: node -e process\.exit\(3\)/,
  ],
  [
    'a build that publishes nothing',
    ['node', '-e', '0'],
    [],
    /The build published no app to the local platform\. Does its config have the plugin/,
  ],
  ['a command that is not there', ['no-such-command'], [], /no-such-command/],
  ['parameters that are no JSON', ['node', ...rollup], ['--params', 'src/main.json'], /src\/main\.json is not valid JSON: /],
  ['parameters that are not there', ['node', ...rollup], ['--params', 'nowhere.json'], /no such file or directory, open 'nowhere\.json'/],
] as const)('%s is an error, and nothing is run', async (_, command, flags, message) => {
  const root = await createProject({ ...project, 'src/main.json': '{a' })
  const { exitCode, stdout, stderr } = await dev(root, [...flags], [...command])
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) as string })
  expect(stdout).not.toContain('Running')
  expect(await readdir(root)).not.toContain('results')
})

/** A project that publishes several parts, each with the options of the plugin and a line of code. */
function partsProject(parts: Record<string, { options: string; code: string }>) {
  const files = Object.entries(parts).map(([name, { code }]) => [
    `src/${name}.js`,
    `${code.includes('fs.') ? `import fs from 'node:fs'\n` : ''}${code}\n`,
  ])
  const configs = Object.entries(parts).map(
    ([name, { options }]) => `{ input: 'src/${name}.js', output: { dir: 'dist/${name}', entryFileNames: 'main.js' }, external: /^node:/,
      plugins: [bytenite({ manifest: { name: '${name}' }, ${options} })] }`,
  )
  return {
    ...project,
    ...(Object.fromEntries(files) as Record<string, string>),
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'\nexport default [${configs.join(', ')}]\n`,
  }
}

const cut = {
  options: `manifest: { name: 'cut', type: 'partitioner' }`,
  code: `for (const chunk of ['a', 'b']) fs.writeFileSync(process.env.CHUNKS_DIR + '/' + chunk, chunk + process.env.PARTITIONER_PARAMS)`,
}
const task = { options: '', code: `fs.cpSync(process.env.TASK_DIR + '/data.bin', process.env.TASK_RESULTS_DIR + '/out')` }
const merge = {
  options: `manifest: { name: 'merge', type: 'assembler' }`,
  code: `fs.cpSync(process.env.TASK_RESULTS_DIR, process.env.OUTPUT_DIR + '/all', { recursive: true })`,
}

test('an app runs with the engines that were published beside it', async () => {
  const root = await createProject(partsProject({ cut, merge, task }))
  const { exitCode, stdout, stderr } = await dev(root, ['--partitioner-params', '{"a":1}'], ['node', ...rollup])
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toContain('Running task@1.0 with cut@1.0 and merge@1.0 as job ')
  expect(await readFiles(join(root, 'results'))).toEqual({ 'all/out_0': Buffer.from('a{"a":1}'), 'all/out_1': Buffer.from('b{"a":1}') })
})

test('a job template that was published is run, with its parameters and what it leaves out', async () => {
  const template = { ...task, options: `template: { partitioner: 'cut', params: { partitioner: { from: 'template' } } }` }
  const root = await createProject(partsProject({ cut, merge, task: template }))
  const { exitCode, stdout, stderr } = await dev(root, [], ['node', ...rollup])
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toContain('with cut@1.0 and merge@1.0')
  expect(String((await readFiles(join(root, 'results')))['all/out_0'])).toBe('a{"from":"template"}')
})

test('a job that fails shows the log, which is gone with the platform, and the reason', async () => {
  const root = await createProject(partsProject({ cut, task: { ...task, code: `console.log('about to fail')\nprocess.exit(7)` } }))
  const { exitCode, stdout, stderr } = await dev(root, [], ['node', ...rollup])
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/\nThe last lines of task [01]:\n {2}about to fail\n$/)
  expect(stderr).toMatch(/\nbytenite-local: Job \S+ failed: Task [01] failed: exited with code 7\.\n$/)
})

test.each([
  ['apps', { one: task, two: task }, 'one@1.0, two@1.0'],
  ['partitioners', { cut, slice: { ...cut, options: cut.options.replace('cut', 'slice') }, task }, 'cut@1.0, slice@1.0'],
])('a build that publishes two %s is told what else to use', async (kind, parts, names) => {
  const root = await createProject(partsProject(parts))
  const { exitCode, stderr } = await dev(root, [], ['node', ...rollup])
  expect(exitCode).toBe(1)
  const [, listed = ''] =
    new RegExp(`The build published 2 ${kind} \\((.*)\\), but "dev" runs only one job\\. Use "bytenite-local serve"`).exec(stderr) ?? []
  expect(listed.split(', ').toSorted().join(', ')).toBe(names)
})

test('dev that is interrupted ends the build, removes its directory, and ends by the signal', async () => {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'build.sh': '#!/bin/sh\necho $$\nexec sleep 60\n' })
  const program = startProgram('node', [localBin, 'dev', '--', './build.sh'], { cwd, env: { TMPDIR: cwd } })
  await program.waitForOutput(/^\d+\n/m)
  program.kill('SIGTERM')
  const { exitCode, signal, stdout } = await program.end()
  expect({ exitCode, signal }).toEqual({ exitCode: null, signal: 'SIGTERM' })
  expect(() => process.kill(Number(/^\d+$/m.exec(stdout)?.[0]), 0)).toThrow('ESRCH')
  expect(await readdir(cwd)).toEqual(['build.sh'])
})
