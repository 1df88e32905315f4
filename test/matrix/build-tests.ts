import { expect, test } from 'vitest'
import type { Ending } from '../helpers/process.ts'
import { buildCases, configOf, type BuildCase } from './cases.ts'
import type { MatrixContext, MatrixProject } from './context.ts'

const buildScript = `import { build } from 'vite'
build().catch((error) => { console.error(error.message); process.exitCode = 1 })`

/** Builds that succeed or fail, by the command line, and in Vite by `build()` as well. */
export function testBuilds(context: MatrixContext): void {
  const { kind } = context.bundler

  async function check(project: MatrixProject, { failure, isClosed = true, arrives = {} }: BuildCase, output: Ending): Promise<void> {
    const shown = output.stdout + output.stderr
    if (failure === undefined) {
      const app = await context.expectPublished(project, output)
      for (const [path, content] of Object.entries(arrives)) expect(String(app[path])).toBe(content)
      return
    }
    expect(output.exitCode, shown).toBe(1)
    expect(shown).toContain(failure)
    expect(await context.countUploads(project), shown).toBe(0)
    // The reason is said once, unless no hook of ours is called any more: then the build's own error is all there is.
    const said = shown.match(/not published: /g)?.length ?? 0
    expect(said, shown).toBe(isClosed && context.name !== 'rollup3' ? 1 : Math.min(said, 1))
    expect(shown).not.toMatch(/ByteNiteError/)
  }

  const { sharesRollup = false } = context.bundler
  for (const build of buildCases.filter(({ isRollups = false }) => !(isRollups && sharesRollup))) {
    test(build.name, async () => {
      const project = await context.create(configOf(kind, build))
      await check(project, build, await project.build())
    })
    if (kind !== 'vite') continue
    test(`${build.name} · build()`, async () => {
      const project = await context.create({ ...configOf(kind, build), 'build.js': buildScript })
      await check(project, build, await project.exec('node', 'build.js'))
    })
  }

  test('a refused publish fails the build, with its message last', async () => {
    const project = await context.create(configOf(kind, { options: `apiKey: 'wrong'` }))
    const { exitCode, stderr } = await project.build()
    expect(exitCode).toBe(1)
    const lines = stderr.trimEnd().split('\n')
    expect(lines.at(-2), stderr).toContain('Check BYTENITE_API_KEY')
    expect(lines.at(-1)).toMatch(/See bytenite-uploader\/docs\/errors\.md#unauthorized$/)
    const message = lines.slice(-4).join('\n')
    expect(message).toContain('[UNAUTHORIZED]')
    expect(message).toContain(kind === 'vite' ? 'vite-plugin-bytenite' : 'rollup-plugin-bytenite')
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(await context.countUploads(project)).toBe(0)
  })

  test('process.exit() in closeBundle of another plugin fails a build that must be published, with the reason', async () => {
    const after = `{ name: 'exits', closeBundle() { process.exit() } }`
    const project = await context.create(configOf(kind, { after, options: 'publish: true' }))
    const { exitCode, stdout, stderr } = await project.build()
    expect(exitCode).toBe(1)
    expect(stdout + stderr).toContain('not published: process.exit() was called before the bundle was closed')
    expect(await context.countUploads(project)).toBe(0)
  })

  if (kind === 'vite') {
    test('write: false', async () => {
      const { 'vite.config.js': config = '' } = configOf(kind, {})
      const project = await context.create({ 'vite.config.js': String(config).replace('build: {', 'build: { write: false,') })
      const { exitCode, stdout } = await project.build()
      expect(exitCode).toBe(0)
      expect(stdout).toContain('not published: the build wrote nothing to disk')
      expect(await context.countUploads(project)).toBe(0)
    })
    return
  }

  test.each([
    ['a script only generates', 'await bundle.generate({})', 0],
    ['a script generates, then writes', `await bundle.generate({}); await bundle.write({ dir: 'dist' })`, 1],
  ])('%s', async (_, steps, uploads) => {
    const project = await context.create({
      'build.js': `import { ${kind} } from '${kind}'
        import { bytenite } from 'rollup-plugin-bytenite'
        const bundle = await ${kind}({ input: 'src/main.js', plugins: [bytenite()] })
        ${steps}
        await bundle.close()`,
    })
    const { exitCode, stdout, stderr } = await project.exec('node', 'build.js')
    expect(exitCode, stdout + stderr).toBe(0)
    expect(await context.countUploads(project)).toBe(uploads)
  })

  test.each([
    ['are published once', 'src/other.js', 1],
    ['are not published if one fails', 'src/unresolved.js', 0],
  ])('two bundles of one plugin at once %s', async (_, other, uploads) => {
    const project = await context.create({
      'src/other.js': `console.log('other')\n`,
      'build.js': `import { ${kind} } from '${kind}'
        import { bytenite } from 'rollup-plugin-bytenite'
        const plugin = bytenite({ record: 'record.json', manifest: { entrypoint: 'main/main.js' } })
        const build = async (input, dir) => {
          const bundle = await ${kind}({ input, plugins: [plugin] })
          await bundle.write({ dir }).finally(() => bundle.close())
        }
        await Promise.allSettled([build('src/main.js', 'out/main'), build('${other}', 'out/other')])`,
    })
    const { exitCode, stdout, stderr } = await project.exec('node', 'build.js')
    expect(exitCode, stdout + stderr).toBe(0)
    expect(await context.countUploads(project), stdout + stderr).toBe(uploads)
    if (uploads === 0) {
      expect(stdout + stderr).toContain('not published: in one of 2 builds that overlap, the build failed')
      return
    }
    const arrived = await context.platform().extractApp({ name: project.app, version: '1.0' })
    expect(Object.keys(arrived).toSorted()).toEqual(['app/main/main.js', 'app/other/other.js'])
  })
}
