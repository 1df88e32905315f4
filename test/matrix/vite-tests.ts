import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import type { MatrixContext } from './context.ts'

const config = (options: string): string => `import { bytenite } from 'vite-plugin-bytenite'
  export default { plugins: [bytenite({ publish: true, ${options} })] }`

/** What is Vite's own: the worker preset, servers, and tools that borrow the config. */
export function testVite(context: MatrixContext): void {
  test('worker preset: ES modules, CommonJS and dynamic imports in one file that runs from an empty directory', async () => {
    const project = await context.create({
      'vite.config.js': config(`entry: 'src/worker.ts'`),
      'src/worker.ts': `import { sep } from 'node:path'
        import { nanoid } from 'nanoid'
        import isOdd from 'is-odd'
        const length: number = nanoid(7).length
        console.log(length, isOdd(length), sep.length)
        import('./later').then(({ later }) => console.log(later))\n`,
      'src/later.ts': `export const later: string = 'later'\n`,
    })
    const output = await project.build()
    expect(output.stdout + output.stderr).not.toMatch(/warning|deprecat/i)
    const arrived = await context.expectPublished(project, output)
    expect(Object.keys(arrived).toSorted()).toEqual(['app/main.js', 'app/main.js.map'])
    const empty = await temporaryDirectory()
    await writeFiles(empty, { 'main.js': arrived['app/main.js'] ?? '' })
    for (const [command, ...parameters] of [['node', 'main.js'], [join(empty, 'main.js')]] as [string, ...string[]][]) {
      expect((await runSuccessfully(command, parameters, { cwd: empty })).trim().split('\n')).toEqual(['7 true 1', 'later'])
    }
  })

  test.each([
    ['vite.config.ts', config(`entry: 'src/main.js'`)],
    [
      'vite.config.cjs',
      `const { bytenite } = require('vite-plugin-bytenite')
        const { defineManifest } = require('bytenite-uploader')
        module.exports = { plugins: [bytenite({ entry: 'src/main.js', manifest: defineManifest({ description: 'common' }) })] }`,
    ],
  ])('%s of a package that is CommonJS', async (name, text) => {
    const project = await context.create({ [name]: text })
    await writeFiles(project.root, { 'package.json': `{ "name": "${project.app}", "version": "1.0.0" }` })
    await context.expectPublished(project, await project.build())
  })

  test.each([
    ['the dev server', `const server = await vite.createServer({ server: { port: 0 } })\nawait server.listen()\nawait server.close()`],
    [
      'preview',
      `const server = await vite.preview({ preview: { port: 0 } })\nawait new Promise((done) => server.httpServer.close(done))\nprocess.exit()`,
    ],
  ])('%s', async (_, script) => {
    const project = await context.create({ 'vite.config.js': config(''), 'serve.js': `import * as vite from 'vite'\n${script}\n` })
    const { exitCode, stderr } = await project.exec('node', 'serve.js')
    expect(exitCode, stderr).toBe(0)
    expect(await context.countUploads(project)).toBe(0)
  })

  test('vitest run, and a build() inside of a test', async () => {
    const project = await context.create({
      'vite.config.js': config(`entry: 'src/main.js'`),
      'src/a.test.js': `import { expect, test } from 'vitest'
        import { build } from 'vite'
        test('a', async () => { await build(); expect(1).toBe(1) })\n`,
    })
    const { exitCode, stdout, stderr } = await project.exec('vitest', 'run')
    expect(exitCode, stdout + stderr).toBe(0)
    expect(stdout).toContain('not published: this runs under Vitest')
    expect(await context.countUploads(project)).toBe(0)
  })

  test('.env files by mode and envDir', async () => {
    const { apiUrl, apiKey } = context.platform()
    const project = await context.create({
      'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
        export default { envDir: 'env', build: { ssr: 'src/page.js', emptyOutDir: true }, plugins: [bytenite()] }`,
      'env/.env': `BYTENITE_API_URL=${apiUrl}\nBYTENITE_API_KEY=overridden\n`,
      'env/.env.staging.local': `BYTENITE_API_KEY=${apiKey}\n`,
      'src/page.js': `console.log(JSON.stringify(import.meta.env))\n`,
    })
    const bin = join(project.root, 'node_modules/.bin/vite')
    await runSuccessfully(bin, ['build', '--mode', 'staging'], { cwd: project.root })
    expect(await context.countUploads(project)).toBe(1)
    expect(Object.values(await readFiles(join(project.root, 'dist'))).join('')).not.toMatch(new RegExp(`${apiKey}|BYTENITE`))
  })

  if ('storybook' in context.bundler.dependencies) {
    test('storybook build', async () => {
      const project = await context.create({
        'vite.config.js': config(`manifest: { entrypoint: 'none.js' }`),
        '.storybook/main.js': `export default { stories: ['../src/*.stories.js'], framework: '@storybook/html-vite', core: { disableTelemetry: true } }`,
        'src/a.stories.js': `export default { title: 'A' }\nexport const One = { render: () => '<b>x</b>' }\n`,
      })
      const { exitCode, stdout, stderr } = await project.exec('storybook', 'build', '--disable-telemetry')
      expect(exitCode, stdout + stderr).toBe(0)
      expect(stdout + stderr).toContain('not published: this runs under Storybook')
      expect(await readdir(join(project.root, 'storybook-static'))).toContain('index.html')
      expect(await context.countUploads(project)).toBe(0)
    })
  }
}
