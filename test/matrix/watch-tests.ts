import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { shellEnvironment } from '../helpers/process.ts'
import { saveSource } from '../helpers/project.ts'
import { configOf } from './cases.ts'
import { commands, type MatrixContext, type MatrixProject } from './context.ts'

export const poll = { timeout: 20_000, interval: 50 }

interface Watcher {
  output(): string
  /** Makes sure that it still lives, and ends it. */
  stop(): Promise<void>
}

/** Starts the bundler's watcher, by its command line. */
export function watch({ bundler, platform }: MatrixContext, { root }: MatrixProject): Watcher {
  const [bin, ...parameters] = commands[bundler.kind]
  const child = spawn(join(root, 'node_modules/.bin', bin), [...parameters, bundler.kind === 'vite' ? '--watch' : '-w'], {
    cwd: root,
    env: { ...process.env, ...shellEnvironment(platform().env) },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  return {
    output: () => output,
    async stop() {
      expect(child.exitCode, output).toBe(null)
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    },
  }
}

/** A good build, a failing one, a good one. */
export function testWatch(context: MatrixContext): void {
  const { kind } = context.bundler

  const entry = `manifest: { entrypoint: 'main.js' }`

  test('watch: a failing rebuild between two good ones', async () => {
    const project = await context.create(configOf(kind, { options: `watch: true, ${entry}` }))
    const uploads = (): Promise<number> => context.countUploads(project)
    const { output, stop } = watch(context, project)
    await expect.poll(uploads, poll).toBe(1)
    await expect.poll(output, poll).toContain('published ')
    await saveSource(project.root, 'src/main.js', 'this is } no JavaScript\n')
    await expect.poll(output, poll).toContain('not published: ')
    expect(await uploads()).toBe(1)
    await saveSource(project.root, 'src/main.js', `console.log('rebuilt')\n`)
    await expect.poll(uploads, poll).toBe(2)
    await stop()
    const app = await context.platform().extract({ name: project.app, version: '1.0' })
    expect(String(app['app/main.js'])).toContain('rebuilt')
  })

  test('watch: nothing is published without the option', async () => {
    const project = await context.create(configOf(kind, {}))
    const { output, stop } = watch(context, project)
    await expect.poll(output, poll).toContain('not published: this is watch mode')
    await stop()
    expect(await context.countUploads(project)).toBe(0)
  })

  test('watch: a publish that fails is logged, and the watcher lives', async () => {
    const project = await context.create(configOf(kind, { options: `watch: true, apiKey: 'wrong', ${entry}` }))
    const { output, stop } = watch(context, project)
    const failures = (): number => output().match(/\[UNAUTHORIZED\]/g)?.length ?? 0
    await expect.poll(failures, poll).toBe(1)
    await saveSource(project.root, 'src/main.js', `console.log('rebuilt')\n`)
    await expect.poll(failures, poll).toBe(2)
    await stop()
    expect(await context.countUploads(project)).toBe(0)
  })
}
