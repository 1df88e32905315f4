import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { repository } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

interface Demo {
  child: ChildProcess
  output(): string
  temporary: string
}

async function startDemo(): Promise<Demo> {
  const temporary = await temporaryDirectory()
  const child = spawn(process.execPath, [join(repository, 'examples/demo.js')], {
    env: { ...process.env, TMPDIR: temporary, VITEST: undefined, NO_COLOR: '1' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  return { child, output: () => output, temporary }
}

// The two share the examples' output directories, so they are one after the other.

test('the demo publishes both examples, runs one, and leaves nothing behind', async () => {
  const { child, output, temporary } = await startDemo()
  expect(await once(child, 'close'), output()).toEqual([0, null])
  expect(output()).toMatch(/published hello-world@0\.1[^]*"name": "hello-world"[^]*published rollup-basic@0\.1[^]*"name": "rollup-basic"/)
  expect(output()).toContain('HELLO FROM A VITE BUILD')
  expect(await readdir(temporary)).toEqual([])
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the demo and what it started', async (signal) => {
  const { child, output, temporary } = await startDemo()
  await expect.poll(output, { timeout: 20_000 }).toContain('hello-world: vite build')
  const [apiUrl = ''] = /http:\S+/.exec(output()) ?? []
  child.kill(signal)
  expect(await once(child, 'close')).toEqual([null, signal])
  expect(output()).not.toContain('Running the published')
  await expect(fetch(apiUrl)).rejects.toThrow()
  expect(await readdir(temporary)).toEqual([])
})
