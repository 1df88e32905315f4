import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, readFiles } from '../helpers/project.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { serveStub } from '../helpers/stub-platform.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** A platform that never responds to the first upload, and does to every later one. */
async function slowPlatform() {
  const uploads: IncomingMessage[] = []
  /** What was published, in the order of its revisions. */
  const published: string[] = []
  const apiUrl = await serveStub((request, response) => {
    const body: Buffer[] = []
    request.on('data', (chunk: Buffer) => body.push(chunk))
    request.on('error', () => {})
    if (uploads.push(request) === 1) return
    request.on('end', () => {
      const { data } = JSON.parse(Buffer.concat(body).toString()) as { data: string }
      const revision = published.push(Buffer.from(data, 'base64').toString())
      response.end(JSON.stringify({ name: 'slow-app', version: '1.0', revision: String(revision) }))
    })
  })
  const env = { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 'token' }
  return { uploads, published, env }
}

const project = (options = ''): Promise<string> =>
  createProject({
    'package.json': '{ "name": "slow-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': `console.log('first')\n`,
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'\nexport default { plugins: [bytenite({ entry: 'src/main.js', ${options} })] }\n`,
  })

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s during an upload ends it at once, by the signal itself, and leaves nothing',
  async (signal) => {
    const { uploads, env } = await slowPlatform()
    const root = await project()
    const build = startProgram('node', [vite, 'build'], { cwd: root, env })
    await waitFor('the upload', () => uploads.length === 1, { details: build.output })
    build.kill(signal)
    expect(await build.end()).toMatchObject({ exitCode: null, signal })
    expect(Object.keys(await readFiles(join(root, 'dist')))).toEqual(['main.js', 'main.js.map'])
  },
)

test('a newer build of a watcher supersedes a publish that is still running', async () => {
  const { uploads, published, env } = await slowPlatform()
  const root = await project('watch: true')
  const watcher = startProgram('node', [vite, 'build', '--watch'], { cwd: root, env })
  await waitFor('the first upload', () => uploads.length === 1, { details: watcher.output })
  const source = { root, path: 'src/main.js', content: `console.log('second')\n` }
  await saveUntil('the end of the first upload', () => uploads[0]?.socket.destroyed === true, source)
  await watcher.waitForOutput('not published: superseded by a newer build')
  await watcher.waitForOutput('published slow-app@1.0')
  // The first upload was never whole.
  expect(published[0]).toContain('second')
  expect(watcher.isRunning()).toBe(true)
})
