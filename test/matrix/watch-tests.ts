import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram, type Program } from '../helpers/process.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { configOf } from './cases.ts'
import { commands, type MatrixContext, type MatrixProject } from './context.ts'

/** Starts the bundler's watcher, by its command line. */
export function watch({ bundler, platform }: MatrixContext, { root }: MatrixProject): Program {
  const [bin, ...parameters] = commands[bundler.kind]
  return startProgram(join(root, 'node_modules/.bin', bin), [...parameters, bundler.kind === 'vite' ? '--watch' : '-w'], {
    cwd: root,
    env: platform().env,
  })
}

/** Makes sure that a watcher still lives, and ends it. */
export async function stop(watcher: Program): Promise<void> {
  expect(watcher.isRunning(), watcher.output()).toBe(true)
  watcher.kill('SIGTERM')
  await watcher.end()
}

/** A good build, a failing one, a good one. */
export function testWatch(context: MatrixContext): void {
  const { kind } = context.bundler

  const entry = `manifest: { entrypoint: 'main.js' }`

  test('watch: a failing rebuild between two good ones', async () => {
    const project = await context.create(configOf(kind, { options: `watch: true, ${entry}` }))
    const uploads = (): Promise<number> => context.countUploads(project)
    const source = (content: string) => ({ root: project.root, path: 'src/main.js', content })
    const watcher = watch(context, project)
    const { output } = watcher
    await waitFor('the first upload', uploads, { details: output })
    await watcher.waitForOutput('published ')
    await saveUntil('a build that fails', () => output().includes('not published: '), source('this is } no JavaScript\n'))
    expect(await uploads()).toBe(1)
    await saveUntil('the second upload', async () => (await uploads()) === 2, source(`console.log('rebuilt')\n`))
    await stop(watcher)
    const app = await context.platform().extract({ name: project.app, version: '1.0' })
    expect(String(app['app/main.js'])).toContain('rebuilt')
  })

  test('watch: nothing is published without the option', async () => {
    const project = await context.create(configOf(kind, {}))
    const watcher = watch(context, project)
    await watcher.waitForOutput('not published: this is watch mode')
    await stop(watcher)
    expect(await context.countUploads(project)).toBe(0)
  })

  test('watch: a publish that fails is logged, and the watcher lives', async () => {
    const project = await context.create(configOf(kind, { options: `watch: true, apiKey: 'wrong', ${entry}` }))
    const watcher = watch(context, project)
    const failures = (): number => watcher.output().match(/\[UNAUTHORIZED\]/g)?.length ?? 0
    await waitFor('a publish that fails', failures, { details: watcher.output })
    await saveUntil('another one', () => failures() > 1, { root: project.root, path: 'src/main.js', content: `console.log('rebuilt')\n` })
    await stop(watcher)
    expect(await context.countUploads(project)).toBe(0)
  })
}
