import { expect, test } from 'vitest'
import { startFaultyPlatform } from '../helpers/faulty-platform.ts'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { createProject } from '../helpers/project.ts'

/** A build whose upload takes some seconds, and the variables for it. */
async function slowUpload(): Promise<{ cwd: string; env: Record<string, string> }> {
  const platform = await startPlatform()
  const { apiUrl } = await startFaultyPlatform(platform.apiUrl, async (upload) => {
    const { status, body } = await upload.forward(130)
    upload.response(status, body)
  })
  const cwd = await createProject({
    'package.json': '{ "name": "slow-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    'dist/data.bin': Buffer.alloc(40_000_000, 7),
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [bytenite()] }\n`,
  })
  return { cwd, env: { ...platform.env, BYTENITE_API_URL: apiUrl } }
}

const rollup = ['node_modules/rollup/dist/bin/rollup', '-c']
/** Control characters as one can read them. */
function readable(output: string): string {
  return output.replaceAll('\u001b', '␛')
}

/** util-linux's, which gives a program a terminal. */
const inTerminal = ['-qec', `node ${rollup.join(' ')}`, '/dev/null']

test('written down, an upload that takes its time is a line now and then', async () => {
  const { cwd, env } = await slowUpload()
  const output = readable(await runSuccessfully('node', rollup, { cwd, env }))
  expect(output).toMatch(
    /^\[plugin rollup-plugin-bytenite\] uploading slow-app@1\.0: \d+ %, [\d.]+ [kM]B of 40\.0 MB, [\d.]+ MB\/s, \d+ s left$/m,
  )
  expect(output.match(/uploading/g)).toHaveLength(1)
  expect(output).not.toMatch(/[\r␛]/)
})

test('on a terminal it is a bar on one line, which is gone at the end', async () => {
  const { cwd, env } = await slowUpload()
  const output = readable(await runSuccessfully('script', inTerminal, { cwd, env: { ...env, TERM: 'xterm' } }))
  const drawn = output.match(/\r[^\r\n]*█[^\r\n]*␛\[K/g) ?? []
  expect(drawn.length).toBeGreaterThan(2)
  expect(drawn.length).toBeLessThan(60)
  expect(drawn[0]).toMatch(/^\ruploading slow-app@1\.0 █+░+ \d+ %, [^\r]+␛\[K$/)
  const end = output.slice(output.lastIndexOf('█'))
  expect(end).toMatch(/^[^\n]*\r␛\[K\[plugin rollup-plugin-bytenite\] published slow-app@1\.0/)
})

test('a job of CI gets lines also on a terminal', async () => {
  const { cwd, env } = await slowUpload()
  const output = await runSuccessfully('script', inTerminal, { cwd, env: { ...env, TERM: 'xterm', CI: 'true' } })
  expect(output).toMatch(/uploading slow-app@1\.0: \d+ %/)
  expect(output).not.toContain('█')
})

test('a build that is to be silent stays so', async () => {
  const { cwd, env } = await slowUpload()
  const { stdout, exitCode } = await run('script', [inTerminal[0] ?? '', `${inTerminal[1]} --logLevel warn`, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm' },
  })
  expect(exitCode).toBe(0)
  expect(stdout).not.toMatch(/uploading|█/)
})

test('a line about another attempt does not end in the bar', async () => {
  const platform = await startPlatform()
  const { apiUrl } = await startFaultyPlatform(platform.apiUrl, async (upload) => {
    if (upload.number > 1) return upload.pass()
    await upload.receive(upload.size / 2)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await upload.receive()
    upload.response(503, '')
  })
  const { cwd, env } = await slowUpload()
  const output = await runSuccessfully('script', inTerminal, {
    cwd,
    env: { ...env, ...platform.env, BYTENITE_API_URL: apiUrl, TERM: 'xterm' },
    warnings: /Trying again/,
  })
  expect(readable(output)).toMatch(
    /\r␛\[K\[plugin rollup-plugin-bytenite\] warning: POST \S+ failed with 503\. Trying again in [\d.]+ s \(attempt 2 of 4\)\./,
  )
})
