import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startForeignPlatform, startRefusingPlatform } from '../helpers/foreign-platform.ts'
import { expectForeignIsPlain, foreign } from '../helpers/foreign-text.ts'
import { run, runSuccessfully, startProgram } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readRecord, writeFiles, type Files } from '../helpers/project.ts'

const json = JSON.stringify
const container = `platformConfig: { container: 'node:22-slim' }`

/** A Rollup project whose plugin has these options. */
function rollupProject(options: string, files: Files = {}): Promise<string> {
  return createProject({
    'package.json': '{ "name": "rollup-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [bytenite({ manifest: { ${container} }, ${options} })] }\n`,
    ...files,
  })
}

/** Files that are packed, or left out, with warnings. */
const warned: Files = {
  [`dist/${foreign}.txt`]: '',
  [`dist/${foreign}.TXT`]: '',
  [`dist/.env${foreign}`]: '',
  'manifest.json': json({ [foreign]: 1 }),
}

test('what a platform says about a publish is shown in lines of ours, and its record is written as it came', async () => {
  const env = await startForeignPlatform()
  const root = await rollupProject(`record: ${json(`${foreign}.json`)}, template: { description: 'd' }`, warned)
  const build = (): Promise<string> => runSuccessfully('node', rollup, { cwd: root, env, warnings: /warning: / })

  const first = await build()
  expect(first).toMatch(/^\[plugin rollup-plugin-bytenite\] published rollup-app@1\.0 \(revision begin.*, begin.*, [\d.]+ s\)$/m)
  expect(first).toMatch(/^\[plugin rollup-plugin-bytenite\] job template begin.* created$/m)
  expect(first).toMatch(/^\[plugin rollup-plugin-bytenite\] record in begin.*\.json$/m)
  expect(first.match(/warning: .*begin/g)).toHaveLength(3)
  expectForeignIsPlain(first)
  expect(await readRecord(root, `${foreign}.json`)).toMatchObject({ status: foreign, revision: foreign, link: foreign })

  const second = await build()
  expect(second).toMatch(/up to date rollup-app@1\.0 \(revision begin.*, begin.*, [\d.]+ s\): the platform/)
  expectForeignIsPlain(second)

  await writeFiles(root, { 'src/main.js': 'console.log(2)\n' })
  const third = await build()
  expect(third).toMatch(/replaced another archive of rollup-app@1\.0 \(revision begin.*, begin.*\)$/m)
  expectForeignIsPlain(third)
})

test('with colours, there are no escape sequences but those', async () => {
  const env = { ...(await startForeignPlatform()), NO_COLOR: undefined, FORCE_COLOR: '1' }
  const output = await runSuccessfully('node', rollup, { cwd: await rollupProject('', warned), env, warnings: /warning: / })
  expect(output).toContain('\u001b[32mpublished\u001b[39m')
  // eslint-disable-next-line no-control-regex
  expectForeignIsPlain(output.replaceAll(/\u001b\[\d+m/g, ''))
})

test.each<[string, string, Files, RegExp]>([
  ['an import', '', { 'src/main.js': `export * from ${json(foreign)}` }, /\[missing-import\] main\.js imports "begin.*", which is not/],
  ['a value in manifest.json', '', { 'manifest.json': json({ name: foreign }) }, / {2}- name is "begin.* \(from manifest\.json\)$/m],
  ['the path of a record', `record: ${json(`src/main.js/${foreign}`)}`, {}, /its record could not be written to .*begin/],
  ['a link', '', {}, /Symlink .*begin.* is broken/],
])('%s in an error is shown in lines of ours', async (what, options, files, message) => {
  const root = await rollupProject(`${options}`, {
    ...files,
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      import { symlinkSync } from 'node:fs'
      const link = { name: 'link', writeBundle: () => ${what === 'a link'} && symlinkSync('nowhere', ${json(`dist/${foreign}`)}) }
      export default {
        input: 'src/main.js', external: () => true, output: { dir: 'dist' },
        plugins: [link, bytenite({ manifest: { ${container} }, ${options} })],
      }\n`,
  })
  const { exitCode, stdout, stderr } = await run('node', rollup, { cwd: root, env: await startForeignPlatform() })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(message)
  expectForeignIsPlain(stdout + stderr)
})

test.each([
  ['fails the build', '', 1],
  ['is a warning', `onError: 'warn'`, 0],
  ['is shown by the project itself', 'onError: (error) => console.error(error)', 0],
])('a refusal that %s is shown in lines of ours', async (_, options, expected) => {
  const root = await rollupProject(options)
  const { exitCode, stdout, stderr } = await run('node', rollup, { cwd: root, env: await startRefusingPlatform() })
  expect(exitCode).toBe(expected)
  expect(stderr).toContain('REFUSED')
  expectForeignIsPlain(stdout + stderr)
})

test.each([
  ['fails the build', '', 1],
  ['is a warning', `onError: 'warn'`, 0],
])('an error of something else that %s is shown in lines of ours', async (_, options, expected) => {
  const root = await rollupProject(`${options}`, {
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      const manifest = { ${container}, get description() { throw new TypeError(${json(foreign)}) } }
      export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [bytenite({ manifest, ${options} })] }\n`,
  })
  const { exitCode, stdout, stderr } = await run('node', rollup, { cwd: root, env: await startForeignPlatform() })
  expect(exitCode).toBe(expected)
  expectForeignIsPlain(stdout + stderr)
})

test('a refusal of a rebuild is shown in lines of ours', async () => {
  const root = await rollupProject('watch: true')
  const watcher = startProgram('node', [...rollup, '--watch', '--no-watch.clearScreen'], { cwd: root, env: await startRefusingPlatform() })
  await watcher.waitForOutput(/REFUSED.*\n.*\n/)
  // Rollup sets the title of the terminal.
  // eslint-disable-next-line no-control-regex
  expectForeignIsPlain(watcher.output().replaceAll(/\u001b\]0;rollup\u0007|\u001bc/g, ''))
  watcher.kill()
  await watcher.end()
})

test('a native addon is named in lines of ours', async () => {
  const root = await rollupProject('', {
    'src/main.js': `import ${json(`./${foreign}.node`)}`,
    [`src/${foreign}.node`]: '',
  })
  const { exitCode, stderr } = await run('node', rollup, { cwd: root })
  expect(exitCode).toBe(1)
  // Rollup puts the module's name before it, as it is.
  const message = /\[native-addon\].*\n.*/.exec(stderr)?.[0] ?? ''
  expect(message).toContain('which cannot be bundled.\nUse a package')
  expectForeignIsPlain(message)
})

test('on GitHub there is one annotation, which is ours', async () => {
  const root = await rollupProject('', warned)
  const output = await runSuccessfully('node', rollup, { cwd: root, env: { CI: 'true', GITHUB_ACTIONS: 'true' }, warnings: /warning/ })
  const annotation = /^::warning title=ByteNite::Not published to ByteNite: .*\n/m
  expect(output).toMatch(annotation)
  expectForeignIsPlain(output.replace(annotation, ''))
})

test('a module that reads the environment is named in a line of ours', async () => {
  const root = await rollupProject('', { 'src/main.js': `import ${json(`./${foreign}.js`)}`, [`src/${foreign}.js`]: 'process.env.X' })
  const output = await runSuccessfully('node', rollup, { cwd: root, env: { BYTENITE_PUBLISH: 'false' }, warnings: /warning: / })
  expect(output).toMatch(/warning: \[unknown-variable\] src\/begin.* reads process\.env\.X/)
  expectForeignIsPlain(output)
})

test.each([
  ['the name of a tool', `reusedBy: ${json(foreign)}`, '', /^\[own\] not published: this runs under begin.*$/m],
  ['the reason of a failure', '', `gather: () => [{ status: 'failure', reason: ${json(foreign)} }]`, /^\[own\] not published: begin.*$/m],
])('%s from a host of another plugin is shown in a line of ours', async (_, environment, host, line) => {
  const root = await rollupProject('', {
    'rollup.config.js': `import { createLifecycle } from 'rollup-plugin-bytenite/lifecycle'
      const log = (message) => console.error('[own] ' + message)
      const environment = () => ({
        root: process.cwd(), env: process.env, isQuiet: false, errorPrefix: '', logger: { info: log, warn: log, error: log }, ${environment}
      })
      export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [createLifecycle('own', {}, { environment, ${host} }).hooks] }\n`,
  })
  const output = await runSuccessfully('node', rollup, { cwd: root })
  expect(output).toMatch(line)
  expectForeignIsPlain(output)
})

test("the project's directory is named in a line of ours", async () => {
  const root = await rollupProject(`archiveFile: 'src/main.js'`)
  const files = { 'rollup.config.js': `export { default } from ${json(join(root, 'rollup.config.js'))}`, 'src/main.js': 'console.log(1)' }
  await writeFiles(join(root, foreign), { ...files, 'package.json': '{ "name": "app", "version": "1.0.0", "type": "module" }' })
  const { stderr } = await run('node', [join(root, rollup[0] ?? ''), '-c'], { cwd: join(root, foreign) })
  expect(stderr).toMatch(/The option "archiveFile" names .*begin.*, which /)
  expectForeignIsPlain(stderr)
})
