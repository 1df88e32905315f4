import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { expectSuccess, runSuccessfully, startProgram, type Ending, type Program } from '../helpers/process.ts'
import { rollup, vite } from '../helpers/programs.ts'
import { createProject, writeFiles } from '../helpers/project.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

// Builds of several processes, which write to one directory or to several.

const require = createRequire(import.meta.url)
const rolldown = join(dirname(createRequire(require.resolve('vite')).resolve('rolldown/package.json')), 'bin/cli.mjs')

const commands = {
  vite: [vite, 'build'],
  rollup,
  rolldown: [rolldown, '-c', 'rollup.config.js'],
}
type Bundler = keyof typeof commands
const bundlers = Object.keys(commands) as Bundler[]

/** What both configs begin with. A build by the name of `NAME` waits behind its gate, if it has one, until that is opened. */
const gate = `
  import { existsSync, writeFileSync } from 'node:fs'
  import { setTimeout } from 'node:timers/promises'
  const { NAME: name, OUT: dir = 'dist', OPTIONS = '{}', GATE: hook = 'none' } = process.env
  const wait = async (at = '') => {
    writeFileSync(name + at + '.waits', '')
    while (!existsSync(name + at + '.open')) await setTimeout(20)
  }
  const gate = {
    name: 'gate',
    async [hook]() {
      await wait()
      if (process.env.FAILS) throw new Error('on purpose')
    },
  }
  const options = { ...JSON.parse(OPTIONS), manifest: { name } }
`

interface Setting {
  bundler: Bundler
  root: string
  platform: TestPlatform
  /** For the temporary files of all builds. */
  temporary: string
}

async function createSetting(bundler: Bundler): Promise<Setting> {
  const root = await createProject({
    'package.json': '{ "name": "project", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'${gate}
      export default { input: 'src/main.js', output: { dir }, plugins: [gate, bytenite(options)] }`,
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'${gate}
      const build = { ssr: 'src/main.js', outDir: dir, emptyOutDir: true }
      export default { build, plugins: [gate, bytenite(options)] }`,
  })
  return { bundler, root, platform: await startPlatform(), temporary: await temporaryDirectory() }
}

interface BuildOptions {
  /** The hook in which it waits. @default none */
  gate?: string
  dir?: string
  options?: object
  flags?: string[]
  env?: Record<string, string>
}

function start({ bundler, root, platform, temporary }: Setting, name: string, build: BuildOptions = {}): Program {
  const { gate: hook = 'none', dir = 'dist', options = {}, flags = [], env } = build
  return startProgram('node', [...commands[bundler], ...flags], {
    cwd: root,
    env: { ...platform.env, TMPDIR: temporary, NAME: name, OUT: dir, GATE: hook, OPTIONS: JSON.stringify(options), ...env },
    stdin: 'ignore',
  })
}

async function startWaiting(setting: Setting, name: string, build: BuildOptions = {}): Promise<Program> {
  const program = start(setting, name, { gate: 'writeBundle', ...build })
  await gateReached(setting, name, program)
  return program
}

async function gateReached({ root }: Setting, gateName: string, { output, isRunning }: Program): Promise<void> {
  await waitFor(`the gate of ${gateName}`, () => existsSync(join(root, `${gateName}.waits`)) || !isRunning(), { details: output })
}

async function open({ root }: Setting, gateName: string): Promise<void> {
  await writeFile(join(root, `${gateName}.open`), '')
}

function textOf({ stdout, stderr }: Ending): string {
  return stdout + stderr
}

/** Makes sure that a build failed, because of another one, and said what to do. */
async function expectRefusal(program: Program, other: Program): Promise<void> {
  const ending = await program.end()
  expect(ending.exitCode, textOf(ending)).toBe(1)
  expectReason(textOf(ending), other)
}

function expectReason(output: string, { pid }: Program): void {
  expect(output).toMatch(/\[CONCURRENT_BUILD\] .*dist.* may hold a mixture of several builds/)
  expect(output).toMatch(new RegExp(`process ${pid} \\((?:vite|rollup|cli), since \\d\\d:\\d\\d:\\d\\d\\)`))
  expect(output).toContain('Build one after the other, or give each build an output directory of its own.')
}

async function expectNothingIsLeft({ root, platform, temporary }: Setting, uploads: string[] = []): Promise<void> {
  expect(await platform.uploads()).toEqual(uploads)
  expect(await readdir(temporary)).toEqual([])
  if (uploads.length === 0) expect(await readdir(join(root, 'dist'))).not.toContain('bytenite.app.json')
}

describe.each(bundlers)('%s', (bundler) => {
  test('two builds of one directory are both refused, and nothing is published', async () => {
    const setting = await createSetting(bundler)
    await mkdir(join(setting.root, 'dist'))
    await writeFile(join(setting.root, 'dist/bytenite.app.json'), '{"name":"stale"}\n')
    const a = await startWaiting(setting, 'a')
    const b = await startWaiting(setting, 'b')
    await open(setting, 'a')
    await expectRefusal(a, b)
    await open(setting, 'b')
    await expectRefusal(b, a)
    await expectNothingIsLeft(setting)
  })

  test('so they are if one begins later and ends earlier', async () => {
    const setting = await createSetting(bundler)
    const a = await startWaiting(setting, 'a')
    const b = start(setting, 'b')
    await expectRefusal(b, a)
    await open(setting, 'a')
    await expectRefusal(a, b)
    await expectNothingIsLeft(setting)
  })

  test('so they are if one has only begun to read its sources', async () => {
    const setting = await createSetting(bundler)
    const a = await startWaiting(setting, 'a', { gate: 'buildStart' })
    const b = start(setting, 'b')
    await expectRefusal(b, a)
    await open(setting, 'a')
    await expectRefusal(a, b)
    await expectNothingIsLeft(setting)
  })

  test('a process that was killed is no obstacle', async () => {
    const setting = await createSetting(bundler)
    const a = await startWaiting(setting, 'a')
    a.kill('SIGKILL')
    await a.end()
    expect(await readdir(setting.temporary)).toHaveLength(1)
    expectSuccess(await start(setting, 'b').end())
    await expectNothingIsLeft(setting, ['b@1.0'])
  })

  test('builds of directories beside one another are published', async () => {
    const setting = await createSetting(bundler)
    const a = await startWaiting(setting, 'a', { dir: 'dist/a' })
    expectSuccess(await start(setting, 'b', { dir: 'dist/b' }).end())
    await open(setting, 'a')
    expectSuccess(await a.end())
    await expectNothingIsLeft(setting, ['a@1.0', 'b@1.0'])
  })

  test('a build that fails removes its stamp, and what began beside it is refused', async () => {
    const setting = await createSetting(bundler)
    const a = await startWaiting(setting, 'a', { gate: 'generateBundle', env: { FAILS: 'yes' } })
    const b = await startWaiting(setting, 'b')
    await open(setting, 'a')
    const failed = await a.end()
    expect(failed.exitCode).toBe(1)
    expect(textOf(failed)).toContain('on purpose')
    expect(textOf(failed)).not.toContain('CONCURRENT_BUILD')
    await open(setting, 'b')
    await expectRefusal(b, a)
    expectSuccess(await start(setting, 'c').end())
    await expectNothingIsLeft(setting, ['c@1.0'])
  })

  test('a build that is not published counts, and is not packed either', async () => {
    const setting = await createSetting(bundler)
    const archiveFile = 'a.tar'
    const a = await startWaiting(setting, 'a', { options: { archiveFile }, env: { BYTENITE_PUBLISH: 'false' } })
    await expectRefusal(start(setting, 'b'), a)
    await open(setting, 'a')
    const ending = await a.end()
    expect(ending.exitCode).toBe(1)
    expect(textOf(ending)).toContain('[CONCURRENT_BUILD]')
    expect(existsSync(join(setting.root, archiveFile))).toBe(false)
    await expectNothingIsLeft(setting)
  })
})

test.each([
  ['through a link', 'link', 'dist'],
  ['below a link, to a directory that neither has made yet', 'link/new', 'dist/new'],
  ['inside that of another', 'dist/inside', 'dist'],
  ['around that of another', 'dist', 'dist/inside'],
])('an output directory %s is found', async (_, first, second) => {
  const setting = await createSetting('vite')
  await mkdir(join(setting.root, 'dist'))
  await symlink('dist', join(setting.root, 'link'))
  // Vite removes what is in an output directory, and its build would go on without.
  const a = await startWaiting(setting, 'a', { gate: 'buildStart', dir: first })
  await expectRefusal(start(setting, 'b', { dir: second }), a)
  await open(setting, 'a')
  expect(textOf(await a.end())).toContain('[CONCURRENT_BUILD]')
  await expectNothingIsLeft(setting)
})

test('without temporary files everything is published, with one warning', async () => {
  const setting = await createSetting('vite')
  const ending = await start(setting, 'a', { env: { TMPDIR: join(setting.root, 'nowhere') } }).end()
  const warning = /warning: Cannot tell whether another process builds into the same output directory: ENOENT.* set TMPDIR to another one\./
  const lines = expectSuccess(ending, warning).split('\n')
  expect(lines.filter((line) => warning.test(line))).toHaveLength(1)
  await expectNothingIsLeft(setting, ['a@1.0'])
})

test('with onError: "warn" both builds succeed, and warn', async () => {
  const setting = await createSetting('vite')
  const a = await startWaiting(setting, 'a', { options: { onError: 'warn' } })
  const b = await start(setting, 'b', { options: { onError: 'warn' } }).end()
  await open(setting, 'a')
  expectReason(expectSuccess(b, /CONCURRENT_BUILD/), a)
  expect(expectSuccess(await a.end(), /CONCURRENT_BUILD/)).toContain('CONCURRENT_BUILD')
  await expectNothingIsLeft(setting)
})

test('an output directory that another build removed is no reason to leave it out', async () => {
  const setting = await createSetting('rollup')
  const a = await startWaiting(setting, 'a')
  const b = await startWaiting(setting, 'b', { gate: 'buildStart' })
  await rm(join(setting.root, 'dist'), { recursive: true })
  await open(setting, 'a')
  await expectRefusal(a, b)
  await open(setting, 'b')
  await expectRefusal(b, a)
})

test('several builds of one process in one directory, also in threads, are one to themselves', async () => {
  const setting = await createSetting('rollup')
  await writeFiles(setting.root, {
    'build.js': `import { isMainThread, Worker } from 'node:worker_threads'
      import { once } from 'node:events'
      import { rollup } from 'rollup'
      import { bytenite } from 'rollup-plugin-bytenite'
      const build = async (name, meanwhile = () => {}) => {
        const waits = { name: 'waits', buildStart: meanwhile }
        const plugin = bytenite({ manifest: { name, entrypoint: name + '.js' } })
        const bundle = await rollup({ input: { [name]: 'src/main.js' }, output: { dir: 'dist' }, plugins: [waits, plugin] })
        await bundle.write({ dir: 'dist' })
        await bundle.close()
      }
      const buildInThread = () => once(new Worker(new URL(import.meta.url)), 'exit')
      if (isMainThread) await build('a', () => build('b', buildInThread))
      else await build('c')`,
  })
  await runSuccessfully('node', ['build.js'], { cwd: setting.root, env: { ...setting.platform.env, TMPDIR: setting.temporary } })
  await expectNothingIsLeft(setting, ['a@1.0', 'b@1.0', 'c@1.0'])
})

test('a process that goes on after its build leaves no stamp, whether the build failed or not', async () => {
  const setting = await createSetting('rollup')
  await writeFiles(setting.root, {
    'src/broken.js': `import './missing.js'\n`,
    'build.js': `import { readdirSync } from 'node:fs'
      import { tmpdir } from 'node:os'
      import { rollup } from 'rollup'
      import { build } from 'vite'
      import { bytenite } from 'rollup-plugin-bytenite'
      import { bytenite as viteBytenite } from 'vite-plugin-bytenite'
      const show = (name) => console.log(name + ': ' + readdirSync(tmpdir()).length)
      const look = { name: 'look', writeBundle() { show('meanwhile') } }
      const throws = { name: 'throws', generateBundle() { show('meanwhile'); throw new Error('on purpose') } }
      const options = { apiKey: '' }
      for (const [name, input, other] of [['good', 'main', look], ['broken', 'broken', look], ['failing', 'main', throws]]) {
        try {
          const bundle = await rollup({ input: 'src/' + input + '.js', onLog() {}, plugins: [other, bytenite(options)] })
          try { await bundle.write({ dir: 'dist' }) } finally { await bundle.close() }
        } catch {}
        show('rollup, ' + name)
        const plugins = [other, viteBytenite(options)]
        await build({ configFile: false, logLevel: 'silent', build: { ssr: 'src/' + input + '.js' }, plugins }).catch(() => {})
        show('vite, ' + name)
      }`,
  })
  const output = await runSuccessfully('node', ['build.js'], { cwd: setting.root, env: { TMPDIR: setting.temporary } })
  const shown = output.split('\n').filter((line) => /: \d$/.test(line))
  expect(shown.join(', ').split(/, (?=meanwhile|\w+, broken)/)).toEqual([
    'meanwhile: 1, rollup, good: 0',
    'meanwhile: 1, vite, good: 0',
    'rollup, broken: 0',
    'vite, broken: 0',
    'meanwhile: 1, rollup, failing: 0',
    'meanwhile: 1, vite, failing: 0',
  ])
})

test.each([
  ['a link', (folder: string, elsewhere: string) => symlink(elsewhere, folder), 'is not a directory'],
  ['of another user', (folder: string) => mkdir(folder, { mode: 0o700 }).then(() => chown(folder, 1, 1)), 'belongs to another user'],
  ['open to others', (folder: string) => mkdir(folder).then(() => chmod(folder, 0o777)), 'is open to other users'],
])('a folder of stamps that is %s is not used', async (name, make, reason) => {
  const uid = process.getuid?.()
  if (uid !== 0 && name === 'of another user') return
  const setting = await createSetting('vite')
  const elsewhere = await temporaryDirectory()
  const folder = join(setting.temporary, `bytenite-builds-${uid}`)
  await make(folder, elsewhere)
  const output = expectSuccess(await start(setting, 'a').end(), /Cannot tell/)
  expect(output).toContain(`${folder} ${reason}`)
  expect(await setting.platform.uploads()).toEqual(['a@1.0'])
  expect(await readdir(elsewhere)).toEqual([])
  expect(await readdir(folder)).toEqual([])
})

describe('the environments of one app', () => {
  async function createApp(): Promise<Setting> {
    const setting = await createSetting('vite')
    await writeFiles(setting.root, {
      'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'${gate}
        const only = process.env.ONLY
        const environment = (name) => ({
          build: { outDir: 'dist/' + name, emptyOutDir: true, rollupOptions: { input: 'src/main.js', output: { entryFileNames: name + '.js' } } },
        })
        const gates = { name: 'gates', async writeBundle() { if (process.env.GATED) await wait('-' + this.environment.name) } }
        export default {
          builder: { async buildApp(builder) {
            for (const name of ['client', 'ssr']) if (!only || name === only) await builder.build(builder.environments[name])
          } },
          environments: { client: environment('client'), ssr: environment('ssr') },
          plugins: [gates, bytenite({ manifest: { name, entrypoint: only ? only + '.js' : 'ssr/ssr.js' } })],
        }`,
    })
    return setting
  }

  test('are guarded until all of them are published', async () => {
    const setting = await createApp()
    const a = start(setting, 'a', { env: { GATED: 'yes' } })
    await gateReached(setting, 'a-client', a)
    await open(setting, 'a-client')
    await gateReached(setting, 'a-ssr', a)
    // The client is done.
    await expectRefusal(start(setting, 'b', { env: { ONLY: 'client' } }), a)
    await open(setting, 'a-ssr')
    const ending = await a.end()
    expect(ending.exitCode, textOf(ending)).toBe(1)
    expect(textOf(ending)).toContain('[CONCURRENT_BUILD]')
    await expectNothingIsLeft(setting)
  })

  test('are published if nothing else is built', async () => {
    const setting = await createApp()
    expectSuccess(await start(setting, 'a').end())
    await expectNothingIsLeft(setting, ['a@1.0'])
  })
})

describe.each(bundlers)('a watcher of %s', (bundler) => {
  const flags = [bundler === 'vite' ? '--watch' : '-w']

  async function stop(watcher: Program): Promise<void> {
    expect(watcher.isRunning(), watcher.output()).toBe(true)
    watcher.kill('SIGKILL')
    await watcher.end()
  }

  test('is guarded during each rebuild, and not between them', async () => {
    const setting = await createSetting(bundler)
    const { root, platform, temporary } = setting
    const watcher = await startWaiting(setting, 'a', { options: { watch: true }, flags })
    const b = start(setting, 'b')
    await expectRefusal(b, watcher)
    await open(setting, 'a')
    await watcher.waitForOutput('[CONCURRENT_BUILD]')
    expectReason(watcher.output(), b)
    await waitFor('the stamp to go', async () => (await readdir(temporary)).length === 0)
    expectSuccess(await start(setting, 'b').end())
    await rm(join(root, 'a.open'))
    await rm(join(root, 'a.waits'))
    const source = { root, path: 'src/main.js', content: 'console.log(2)\n' }
    await saveUntil('a rebuild', () => existsSync(join(root, 'a.waits')), source)
    expect(await readdir(temporary)).toHaveLength(1)
    await open(setting, 'a')
    await watcher.waitForOutput('published a@1.0')
    await stop(watcher)
    expect(await platform.uploads()).toEqual(['a@1.0', 'b@1.0'])
  })

  test('leaves no stamp without the option', async () => {
    const setting = await createSetting(bundler)
    const watcher = await startWaiting(setting, 'a', { flags })
    expect(await readdir(setting.temporary)).toEqual([])
    expectSuccess(await start(setting, 'b').end())
    await stop(watcher)
  })
})
