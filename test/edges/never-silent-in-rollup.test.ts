import { describe, expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, startProgram, type Ending } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readRecord, type Files } from '../helpers/project.ts'

// A build that ends without a publish says so, and why.

function buildProject(files: Files): Promise<string> {
  return createProject({
    'package.json': '{ "name": "quiet-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    ...files,
  })
}

const config = (properties: string): Files => ({
  'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
    import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
    export default { input: 'src/main.js', ${properties} }`,
})

const script = (steps: string): Files => ({
  'build.js': `import { rollup, watch } from 'rollup'
    import { bytenite } from 'rollup-plugin-bytenite'
    const start = (options = {}, plugin = bytenite(options)) => rollup({ input: 'src/main.js', plugins: [plugin] })
    ${steps}`,
})

function linesOf({ stdout, stderr }: Ending): string[] {
  return `${stdout}\n${stderr}`.split('\n').filter((line) => line.includes('not published'))
}

const exitsInClose = `{ name: 'exits', closeBundle() { process.exit() } }`
const exited =
  /^\[plugin rollup-plugin-bytenite\] not published: process\.exit\(\) was called before the bundle was closed: in closeBundle of another plugin, or /
const neverClosed =
  /^\[plugin rollup-plugin-bytenite\] not published: the bundle was written, but never closed \(call await bundle\.close\(\) /

describe('process.exit() in closeBundle of another plugin', () => {
  test.each([
    ['listed before', `[${exitsInClose}, bytenite()]`, {}, 0],
    ['listed after', `[bytenite(), ${exitsInClose}]`, {}, 0],
    ['with publish: true', `[${exitsInClose}, bytenite({ publish: true })]`, {}, 1],
    ['with BYTENITE_PUBLISH', `[${exitsInClose}, bytenite()]`, { BYTENITE_PUBLISH: 'true' }, 1],
    ['with an option that wins', `[${exitsInClose}, bytenite({ publish: 'auto' })]`, { BYTENITE_PUBLISH: 'true' }, 0],
    ['although messages are hidden', `[${exitsInClose}, bytenite({ publish: true })], logLevel: 'warn'`, {}, 1],
  ])('%s', async (_, plugins, env, exitCode) => {
    const platform = await startPlatform()
    const root = await buildProject(config(`output: { dir: 'dist' }, plugins: ${plugins}`))
    const ending = await run('node', rollup, { cwd: root, env: { ...platform.env, ...env } })
    expect(linesOf(ending)).toEqual([expect.stringMatching(exited)])
    expect(ending.exitCode).toBe(exitCode)
    expect(await platform.uploads()).toEqual([])
  })
})

const write = `await bundle.write({ dir: 'dist' })`

test.each([
  ['a bundle is never closed', `const bundle = await start(); ${write}`, neverClosed, 0],
  ['a bundle is never closed, with publish: true', `const bundle = await start({ publish: true }); ${write}`, neverClosed, 1],
  ['a script exits before', `const bundle = await start(); ${write}; process.exit(0)`, exited, 0],
  ['a script exits before, with publish: true', `const bundle = await start({ publish: true }); ${write}; process.exit(0)`, exited, 1],
  [
    'a bundle is closed and another one with the same plugin is not',
    `const plugin = bytenite({ publish: true })
     const other = await start({}, plugin)
     const bundle = await start({}, plugin); ${write}; await bundle.close()`,
    /not published: another build with this plugin began, but its bundle was never closed \(call await bundle\.close\(\)\)$/,
    1,
  ],
  [
    'a bundle is only generated, and never closed',
    `const bundle = await start({ publish: true }); await bundle.generate({})`,
    /not published: the build wrote nothing to disk$/,
    0,
  ],
  [
    'a script exits during the build',
    `const exits = { name: 'exits', renderChunk() { process.exit() } }
     const bundle = await rollup({ input: 'src/main.js', plugins: [exits, bytenite({ publish: true })] }); ${write}`,
    /not published: process\.exit\(\) was called during the build$/,
    1,
  ],
  [
    'a script exits during the publish',
    `const bundle = await start({ publish: true }); ${write}
     const closed = bundle.close()
     setTimeout(() => process.exit())
     await closed`,
    /not published: process\.exit\(\) was called during the publish$/,
    1,
  ],
  [
    'a build failed, and its bundle is never closed',
    `const fails = { name: 'fails', renderChunk() { throw new Error('on purpose') } }
     const bundle = await rollup({ input: 'src/main.js', plugins: [fails, bytenite({ publish: true })] })
     await bundle.write({ dir: 'dist' }).catch(() => {})`,
    /not published: the build failed$/,
    0,
  ],
  [
    'a failed bundle is left open and a new one built',
    `const fails = { name: 'fails', renderChunk() { throw new Error('on purpose') } }
     const plugin = bytenite()
     const failed = await rollup({ input: 'src/main.js', plugins: [fails, plugin] })
     await failed.write({ dir: 'dist' }).catch(() => {})
     const bundle = await start({}, plugin); ${write}; await bundle.close()`,
    /not published: in one of 2 builds that overlap, the build failed$/,
    0,
  ],
])('one line tells that %s', async (_, steps, line, exitCode) => {
  const platform = await startPlatform()
  const root = await buildProject(script(steps))
  const ending = await run('node', ['build.js'], { cwd: root, env: platform.env })
  expect(linesOf(ending), ending.stdout + ending.stderr).toEqual([expect.stringMatching(line)])
  expect(ending.exitCode).toBe(exitCode)
  expect(await platform.uploads()).toEqual([])
})

test.each([
  ['the process ends with an error', `const bundle = await start({ publish: true }); ${write}; process.exit(3)`, {}, 3],
  ['the process is going to end with an error', `process.exitCode = 3; const bundle = await start({ publish: true }); ${write}`, {}, 3],
  ['it runs under Vitest', `const bundle = await start({ publish: true }); ${write}`, { VITEST: 'true' }, 0],
  [
    'a watcher is left',
    `const watcher = watch({ input: 'src/main.js', output: { dir: 'dist' }, plugins: [bytenite({ publish: true, watch: true })] })
     watcher.on('event', ({ code }) => { if (code === 'END') process.exit(0) })`,
    {},
    0,
  ],
])('nothing is said at the end of the process when %s', async (_, steps, env, exitCode) => {
  const platform = await startPlatform()
  const root = await buildProject(script(steps))
  const ending = await run('node', ['build.js'], { cwd: root, env: { ...platform.env, ...env } })
  expect(linesOf(ending)).toEqual([])
  expect(ending.exitCode).toBe(exitCode)
})

test('many plugins in one process are no leak of listeners, and what was published is not spoken of', async () => {
  const platform = await startPlatform()
  const root = await buildProject(
    script(`for (let count = 0; count < 15; count++) {
      const bundle = await start({ manifest: { name: 'app-' + count } }); ${write}; await bundle.close()
    }
    process.exit()`),
  )
  const ending = await run('node', ['build.js'], { cwd: root, env: platform.env })
  expect(linesOf(ending)).toEqual([])
  expect(await platform.uploads()).toHaveLength(15)
})

const twoOutputs = `output: [{ dir: 'dist/main' }, { dir: 'dist/other', format: 'cjs' }]`
const removes = (...directories: string[]): string =>
  `{ name: 'removes', closeBundle() { for (const each of ${JSON.stringify(directories)}) rmSync(each, { recursive: true }) } }`
/** Takes the files out of the outputs of a format. */
const empties = (format: string): string =>
  `{ name: 'empties', generateBundle(options, bundle) { if (options.format === '${format}') for (const file in bundle) delete bundle[file] } }`

describe('an output that is not there', () => {
  test.each([
    ['was removed', removes('dist/other'), /left out dist\/other: it was removed after it had been written$/m],
    ['wrote nothing', empties('cjs'), /left out dist\/other: the build wrote no files to it$/m],
  ])('is left out of others if it %s', async (_, plugin, line) => {
    const platform = await startPlatform()
    const root = await buildProject(config(`${twoOutputs}, plugins: [bytenite(), ${plugin}]`))
    const { stdout, stderr, exitCode } = await run('node', rollup, { cwd: root, env: platform.env })
    expect(stdout + stderr).toMatch(line)
    expect(exitCode).toBe(0)
    const app = await platform.extractApp(await readRecord(root, 'dist/main/bytenite.app.json'))
    expect(Object.keys(app)).toEqual(['app/main.js'])
  })

  test.each([
    ['was removed', `output: { dir: 'dist' }`, removes('dist'), 'dist: it was removed after it had been written'],
    [
      'was removed, as all others',
      twoOutputs,
      removes('dist/main', 'dist/other'),
      'dist/main: it was removed after it had been written; dist/other: it was removed after it had been written',
    ],
    ['wrote nothing', `output: { dir: 'dist' }`, empties('es'), 'dist: the build wrote no files to it'],
  ])('is not published if it %s', async (_, output, plugin, reason) => {
    const platform = await startPlatform()
    const root = await buildProject(config(`${output}, plugins: [bytenite(), ${plugin}]`))
    const ending = await run('node', rollup, { cwd: root, env: platform.env, warnings: /Generated an empty chunk/ })
    expect(linesOf(ending)).toEqual([`[plugin rollup-plugin-bytenite] not published: there is no output (${reason})`])
    expect(ending.exitCode).toBe(0)
    expect(await platform.uploads()).toEqual([])
  })

  test('has no entry any more, even in an output around it', async () => {
    const platform = await startPlatform()
    const output = `output: [{ dir: 'dist' }, { dir: 'dist/other', format: 'cjs' }]`
    const root = await buildProject(config(`${output}, plugins: [bytenite(), ${removes('dist/other')}]`))
    const { exitCode, stderr } = await run('node', rollup, { cwd: root, env: platform.env })
    expect(exitCode, stderr).toBe(0)
    expect(await readRecord(root)).toMatchObject({ entrypoint: 'main.js' })
  })

  test('does not stand for files of an earlier build', async () => {
    const platform = await startPlatform()
    const root = await buildProject({
      ...config(`output: { dir: 'dist' }, plugins: [bytenite(), ${empties('es')}]`),
      'dist/main.js': 'old',
    })
    const ending = await run('node', rollup, { cwd: root, env: platform.env })
    expect(linesOf(ending)).toEqual([expect.stringContaining('there is no output (dist: the build wrote no files to it)')])
    expect(await platform.uploads()).toEqual([])
  })

  test('is there if another plugin wrote it', async () => {
    const platform = await startPlatform()
    const writes = `{ name: 'writes', closeBundle() { mkdirSync('dist'); writeFileSync('dist/main.js', '') } }`
    const root = await buildProject(
      config(`output: { dir: 'dist' }, plugins: [bytenite({ manifest: { entrypoint: 'main.js' } }), ${empties('es')}, ${writes}]`),
    )
    const { exitCode, stderr } = await run('node', rollup, { cwd: root, env: platform.env })
    expect(exitCode, stderr).toBe(0)
    expect(await platform.uploads()).toEqual(['quiet-app@1.0'])
  })
})

test.each([
  ['with publish: true', 'publish: true', [expect.stringMatching(/not published: there is no output \(dist: /)]],
  ['unless publishing was not demanded', '', []],
])('the reason is shown although messages are hidden, %s', async (_, options, expected) => {
  const platform = await startPlatform()
  const root = await buildProject(
    config(`output: { dir: 'dist' }, logLevel: 'warn', plugins: [bytenite({ ${options} }), ${removes('dist')}]`),
  )
  expect(linesOf(await run('node', rollup, { cwd: root, env: platform.env }))).toEqual(expected)
})

test('a process that is interrupted during a build says nothing', async () => {
  const platform = await startPlatform()
  const root = await buildProject(
    script(`const bundle = await start({ publish: true }); ${write}; console.log('written'); setInterval(() => {}, 1000)`),
  )
  const program = startProgram('node', ['build.js'], { cwd: root, env: platform.env })
  await program.waitForOutput('written')
  program.kill('SIGINT')
  expect(linesOf(await program.end())).toEqual([])
})
