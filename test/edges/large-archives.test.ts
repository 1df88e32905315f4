import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { pack } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startFaultyPlatform } from '../helpers/faulty-platform.ts'
import { startPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { createProject } from '../helpers/project.ts'
import { manifest } from '../helpers/publish.ts'

// An archive of this size is hashed on a second thread. Only Linux says how many there are.
const isLinux = process.platform === 'linux'

/** An output with a file of 300 MB, which takes no blocks on disk but for the bytes at its ends. */
async function largeProject(): Promise<string> {
  const root = await createProject({ 'package.json': '{ "type": "module" }', 'dist/main.js': 'x', 'dist/large.bin': 'begin' })
  await truncate(join(root, 'dist/large.bin'), 300_000_000)
  return root
}

test('a large archive has the hash of its bytes', async () => {
  const root = await largeProject()
  const { hash, size } = await pack({ directory: 'dist', root, manifest, env: {}, archiveFile: 'app.tar' })
  const digest = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(join(root, 'app.tar'))) {
    digest.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  expect(bytes).toBe(size)
  expect(hash.hex).toBe(digest.digest('hex'))
})

test.runIf(isLinux)(
  'no thread is left when it is hashed, stopped, or broken, and the flags of the process are not meant for it',
  async () => {
    const root = await largeProject()
    const script = `import { readdirSync, writeFileSync } from 'node:fs'
    import { pack } from 'bytenite-uploader'
    console.log('loaded')
    const threads = () => readdirSync('/proc/self/task').length
    const packing = (options) => pack({ directory: 'dist', manifest: ${JSON.stringify(manifest)}, env: {}, ...options })
    await packing()
    const before = threads()
    let most = before
    const watch = setInterval(() => (most = Math.max(most, threads())), 1)
    const { signal } = new AbortController()
    await packing({ signal })
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 50)
    await packing({ signal: stop.signal }).catch(({ message }) => console.log(message))
    setTimeout(() => writeFileSync('dist/large.bin', 'changed'), 50)
    await packing({ signal }).catch(({ code }) => console.log(code))
    clearInterval(watch)
    console.log(threads() - before, most - before)`
    const output = await runSuccessfully('node', ['--import', 'data:text/javascript,console.log(1)', '--input-type=module', '-e', script], {
      cwd: root,
      env: { NODE_OPTIONS: '--import data:text/javascript,console.log(2)' },
    })
    expect(output.trim().split('\n').toSorted()).toEqual(['0 1', '1', '2', 'FILE_CHANGED', 'loaded', 'stopped'])
  },
)

test('an error of the thread ends the packing', async () => {
  const script = `import { syncBuiltinESMExports } from 'node:module'
    import threads from 'node:worker_threads'
    threads.Worker = class extends threads.Worker {
      constructor(_, options) { super('throw new Error("out of order")', options) }
    }
    syncBuiltinESMExports()
    const { pack } = await import('bytenite-uploader')
    await pack({ directory: 'dist', manifest: ${JSON.stringify(manifest)}, env: {} }).catch(({ message }) => console.log(message))`
  const output = await runSuccessfully('node', ['--input-type=module', '-e', script], { cwd: await largeProject() })
  expect(output.trim()).toBe('out of order')
})

test.runIf(isLinux)('an upload that breaks is hashed anew, on a thread of its own, and none is left', async () => {
  const platform = await startPlatform()
  const { apiUrl } = await startFaultyPlatform(platform.apiUrl, async (upload) => {
    if (upload.number > 1) return upload.pass()
    await upload.receive(upload.size / 2)
    upload.reset()
  })
  const script = `import { readdirSync } from 'node:fs'
    import { publish } from 'bytenite-uploader'
    const { verified } = await publish({ directory: 'dist', manifest: ${JSON.stringify(manifest)} })
    const before = readdirSync('/proc/self/task').length
    const again = await publish({ directory: 'dist', manifest: ${JSON.stringify(manifest)} })
    console.log(verified, again.unchanged, readdirSync('/proc/self/task').length - before)`
  const env = { ...platform.env, BYTENITE_API_URL: apiUrl }
  const output = await runSuccessfully('node', ['--input-type=module', '-e', script], { cwd: await largeProject(), env })
  expect(output.trim()).toBe('true true 0')
  expect(await platform.uploads()).toEqual(['app@1.0'])
})
