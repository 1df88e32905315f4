import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { copyDemo } from '../helpers/examples.ts'
import { startProgram, type Program } from '../helpers/process.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

async function startDemo(): Promise<{ demo: Program; temporary: string }> {
  const temporary = await temporaryDirectory()
  const demo = startProgram(process.execPath, ['demo.js'], { cwd: await copyDemo(), env: { TMPDIR: temporary } })
  return { demo, temporary }
}

/** What is left in a directory for temporary files. From Node 22 on, Vite keeps compiled code there, for its next start. */
async function leftIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name !== 'node-compile-cache')
}

test.concurrent('the demo publishes its examples, runs an app and a whole job, and leaves nothing behind', async () => {
  const { demo, temporary } = await startDemo()
  const { exitCode, signal } = await demo.end(60_000)
  expect({ exitCode, signal }, demo.output()).toEqual({ exitCode: 0, signal: null })
  expect(demo.output()).toMatch(
    /published hello-world@0\.1[^]*"name": "hello-world"[^]*published rollup-basic@0\.1[^]*"name": "rollup-basic"/,
  )
  expect(demo.output()).toContain('HELLO FROM A VITE BUILD')
  expect(demo.output()).toMatch(/Complete: 40 tasks in .*\n.*result\.json\nChecked against an independent count: \d{7} words/)
  expect(await leftIn(temporary)).toEqual([])
})

test.concurrent.each(['SIGINT', 'SIGTERM'] as const)('%s ends the demo and what it started', async (signal) => {
  const { demo, temporary } = await startDemo()
  await demo.waitForOutput('hello-world: vite build')
  const [apiUrl = ''] = /http:\S+/.exec(demo.output()) ?? []
  demo.kill(signal)
  expect(await demo.end()).toMatchObject({ exitCode: null, signal })
  expect(demo.output()).not.toContain('Running the published')
  await expect(fetch(apiUrl)).rejects.toThrow()
  expect(await leftIn(temporary)).toEqual([])
})
