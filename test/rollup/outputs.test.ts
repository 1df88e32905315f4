import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readRecord } from '../helpers/project.ts'

function configsProject(configs: string): Promise<string> {
  return createProject({
    'package.json': '{ "name": "array-app", "version": "1.0.0", "type": "module" }',
    'src/a.js': 'console.log("a")\n',
    'src/b.js': 'console.log("b")\n',
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'\n${configs}\n`,
  })
}

test.each([
  ['one shared plugin', 'const shared = bytenite()', ['shared', 'shared']],
  ['a plugin each', '', ['bytenite()', 'bytenite()']],
])('an array of configs with %s must not overwrite its own results: the second archive is not sent', async (_, setup, [first, second]) => {
  const platform = await startPlatform()
  const root = await configsProject(`${setup}
    export default [
      { input: 'src/a.js', output: { dir: 'dist/a' }, plugins: [${first}] },
      { input: 'src/b.js', output: { dir: 'dist/b' }, plugins: [${second}] },
    ]`)
  const { exitCode, stderr } = await run('node', rollup, { cwd: root, env: platform.env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('[CONFLICTING_ARCHIVES] Two builds publish different archives as array-app@1.0: ')
  expect(stderr).toContain(join(root, 'dist/a'))
  expect(stderr).toContain(join(root, 'dist/b'))
  expect(await platform.uploads()).toEqual(['array-app@1.0'])
  expect(await readRecord(root, 'dist/a/bytenite.app.json')).toMatchObject({ entrypoint: 'a.js', revision: '1' })
})

test('an array of configs with a name each publishes each', async () => {
  const platform = await startPlatform()
  const root = await configsProject(`
    export default ['a', 'b'].map((name) => ({
      input: 'src/' + name + '.js', output: { dir: 'dist/' + name }, plugins: [bytenite({ manifest: { name } })],
    }))`)
  await runSuccessfully('node', rollup, { cwd: root, env: platform.env })
  expect(await platform.uploads()).toEqual(['a@1.0', 'b@1.0'])
})

test.each([
  ["'warn'", 0, /\[plugin rollup-plugin-bytenite\] \[UNAUTHORIZED\].*\n.*\nSee bytenite-uploader\/docs\/errors\.md#unauthorized\n/],
  [`(error) => console.error('handled: ' + error.code)`, 0, /handled: UNAUTHORIZED/],
  [`async () => { throw new Error('decided otherwise') }`, 1, /decided otherwise/],
  ["'fail'", 1, /ByteNiteError: \[UNAUTHORIZED\].*\n.*\nSee bytenite-uploader\/docs\/errors\.md#unauthorized\n/],
  ["'ignore'", 1, /\[INVALID_OPTION\] The option "onError" is "ignore"/],
])('onError: %s', async (onError, code, message) => {
  const platform = await startPlatform()
  const root = await configsProject(
    `export default { input: 'src/a.js', output: { dir: 'dist' }, plugins: [bytenite({ apiKey: 'wrong', onError: ${onError} })] }`,
  )
  const { exitCode, stderr } = await run('node', rollup, { cwd: root, env: platform.env, warnings: /'warn'/ })
  expect(exitCode, stderr).toBe(code)
  expect(stderr).toMatch(message)
  expect(await platform.uploads()).toEqual([])
})
