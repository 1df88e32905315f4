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
  expect(stdout).toMatch(/Running main\.js of counter@1\.0\n(?:[^]*\n)?results\/count\.txt\n$/)
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
    /The build published no app to the local platform\. If its options set "apiUrl" or "publish", remove them/,
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

test('a build that publishes two apps is told what else to use', async () => {
  const root = await createProject({
    ...project,
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
    export default ['one', 'two'].map((name) => ({ input: 'src/main.js', output: { dir: name }, external: /^node:/, plugins: [bytenite({ manifest: { name } })] }))\n`,
  })
  const { exitCode, stderr } = await dev(root, [], ['node', ...rollup])
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(
    /The build published 2 apps \((?:one@1\.0, two@1\.0|two@1\.0, one@1\.0)\), but "dev" runs only one\. Use "bytenite-local serve"/,
  )
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
