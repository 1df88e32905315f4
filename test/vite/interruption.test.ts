import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { shellEnvironment } from '../helpers/process.ts'
import { createProject, readFiles, saveSource } from '../helpers/project.ts'
import { serveStub } from '../helpers/stub-platform.ts'

/** A platform that never responds to the first upload, and does to every later one. */
async function slowPlatform() {
  const uploads: { request: IncomingMessage; body: Buffer[] }[] = []
  const apiUrl = await serveStub((request, response) => {
    const body: Buffer[] = []
    request.on('data', (chunk: Buffer) => body.push(chunk))
    request.on('error', () => {})
    const revision = String(uploads.push({ request, body }))
    if (revision === '1') return
    request.on('end', () => response.end(JSON.stringify({ name: 'slow-app', version: '1.0', revision })))
  })
  const env = { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 'token' }
  return { uploads, env }
}

function build(root: string, flags: string[], env: Record<string, string>): { child: ChildProcess; output(): string } {
  const child = spawn('node', ['node_modules/vite/bin/vite.js', 'build', ...flags], {
    cwd: root,
    env: { ...process.env, ...shellEnvironment(env) },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  return { child, output: () => output }
}

const project = (options = ''): Promise<string> =>
  createProject({
    'package.json': '{ "name": "slow-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': `console.log('first')\n`,
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'\nexport default { plugins: [bytenite({ entry: 'src/main.js', ${options} })] }\n`,
  })

const poll = { timeout: 20_000, interval: 20 }

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s during an upload ends it at once, by the signal itself, and leaves nothing',
  async (signal) => {
    const { uploads, env } = await slowPlatform()
    const root = await project()
    const { child } = build(root, [], env)
    await expect.poll(() => uploads.length, poll).toBe(1)
    const closed = once(child, 'close')
    child.kill(signal)
    expect(await closed).toEqual([null, signal])
    expect(Object.keys(await readFiles(join(root, 'dist')))).toEqual(['main.js', 'main.js.map'])
  },
)

test('a newer build of a watcher supersedes a publish that is still running', async () => {
  const { uploads, env } = await slowPlatform()
  const root = await project('watch: true')
  const { child, output } = build(root, ['--watch'], env)
  await expect.poll(() => uploads.length, poll).toBe(1)
  await saveSource(root, 'src/main.js', `console.log('second')\n`)
  await expect.poll(() => uploads[0]?.request.destroyed, poll).toBe(true)
  await expect.poll(output, poll).toContain('not published: superseded by a newer build')
  await expect.poll(output, poll).toContain('published slow-app@1.0')
  expect(output()).not.toContain('(revision 1')
  const { data } = JSON.parse(Buffer.concat(uploads.at(-1)?.body ?? []).toString()) as { data: string }
  expect(Buffer.from(data, 'base64').toString()).toContain('second')
  expect(child.exitCode).toBe(null)
})
