import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { expectSuccess, runSuccessfully, startProgram, type Program } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject } from '../helpers/project.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { hasTerminal, startOnTerminal } from '../helpers/terminal.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** Bytes of the app's data, and of the request's body for them, in base64. */
const SIZE = 40_000_000
const BODY_SIZE = (SIZE / 3) * 4

interface SlowPlatform {
  env: Record<string, string>
  /** Of uploads, so far. */
  attempts(): number
  /** Lets what is being uploaded arrive without further delay. */
  letPass(): void
}

/** A platform that takes 10 MB a second, and less than everything, until it is told to go on. */
async function startSlowPlatform(respond: (response: ServerResponse, attempt: number) => void = confirm): Promise<SlowPlatform> {
  const pass = new AbortController()
  let attempts = 0
  const apiUrl = await serveStub(async (request, response) => {
    const attempt = ++attempts
    let received = 0
    let nextPause = 0
    for await (const chunk of request) {
      received += (chunk as Buffer).length
      if (pass.signal.aborted || received < nextPause) continue
      nextPause = received + 250_000
      // A sender is some megabytes ahead of this, as much as the system keeps for both.
      await (received > BODY_SIZE * 0.8 ? once(pass.signal, 'abort') : sleep(25))
    }
    respond(response, attempt)
  })
  return {
    env: { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 'some-token', TERM: 'xterm' },
    attempts: () => attempts,
    letPass: () => pass.abort(),
  }
}

function confirm(response: ServerResponse): void {
  response.end('{"name":"slow-app","version":"1.0"}')
}

function slowProject(size = SIZE): Promise<string> {
  return createProject({
    'package.json': '{ "name": "slow-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    'dist/data.bin': Buffer.alloc(size, 7),
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [bytenite()] }\n`,
  })
}

/** Control characters as one can read them. */
function readable(output: string): string {
  return output.replaceAll('\u001b', '␛')
}

const command = `node ${rollup.join(' ')}`

/** What is drawn on a terminal, one time after the other. */
function drawings(output: string): string[] {
  return readable(output).match(/\r[^\r\n]*█[^\r\n]*␛\[K/g) ?? []
}

function waitForDrawings(build: Program, count: number): Promise<boolean> {
  return waitFor(`the bar, drawn ${count} times`, () => drawings(build.output()).length >= count, { details: build.output })
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000
}

test.concurrent('written down, an upload that takes its time is a line now and then', async () => {
  const platform = await startSlowPlatform()
  const start = performance.now()
  const build = startProgram('node', rollup, { cwd: await slowProject(), env: platform.env })
  await build.waitForOutput('uploading')
  // So that there would be more of them, if there were one for every report.
  await sleep(300)
  platform.letPass()
  const output = readable(expectSuccess(await build.end()))
  expect(output).toMatch(
    /^\[plugin rollup-plugin-bytenite\] uploading slow-app@1\.0: \d+ %, [\d.]+ [kM]B of 40\.0 MB, [\d.]+ [kM]B\/s, \d+ s left$/m,
  )
  expect(output.match(/uploading/g)?.length).toBeLessThanOrEqual(1 + secondsSince(start) / 10)
  expect(output).not.toMatch(/[\r␛]/)
})

test.runIf(hasTerminal).concurrent('on a terminal it is a bar on one line, which is gone at the end', async () => {
  const platform = await startSlowPlatform()
  const start = performance.now()
  const build = startOnTerminal(command, { cwd: await slowProject(), env: platform.env })
  await waitForDrawings(build, 3)
  platform.letPass()
  const output = readable(expectSuccess(await build.end()))
  const drawn = drawings(output)
  // At most ten a second.
  expect(drawn.length).toBeLessThanOrEqual(2 + secondsSince(start) * 10)
  expect(drawn[0]).toMatch(/^\ruploading slow-app@1\.0 [█░]{20} \d+ %, [^\r]+␛\[K$/)
  const end = output.slice(output.lastIndexOf('█'))
  expect(end).toMatch(/^[^\n]*\r␛\[K\[plugin rollup-plugin-bytenite\] published slow-app@1\.0/)
})

test.runIf(hasTerminal).concurrent('a job of CI gets lines also on a terminal', async () => {
  const platform = await startSlowPlatform()
  const build = startOnTerminal(command, { cwd: await slowProject(), env: { ...platform.env, CI: 'true' } })
  await build.waitForOutput(/uploading slow-app@1\.0: \d+ %/)
  platform.letPass()
  expect(expectSuccess(await build.end())).not.toContain('█')
})

test.runIf(hasTerminal).concurrent('a build that is to be silent stays so', async () => {
  const platform = await startSlowPlatform()
  const build = startOnTerminal(`${command} --logLevel warn`, { cwd: await slowProject(), env: platform.env })
  await waitFor('the upload', platform.attempts, { details: build.output })
  // Something would be shown after a second.
  await sleep(1_500)
  platform.letPass()
  expect(expectSuccess(await build.end())).not.toMatch(/uploading|█/)
})

test.runIf(hasTerminal).concurrent('a line about another attempt does not end in the bar', async () => {
  const platform = await startSlowPlatform((response, attempt) => {
    if (attempt > 1) return confirm(response)
    response.statusCode = 503
    response.end()
  })
  const build = startOnTerminal(command, { cwd: await slowProject(), env: platform.env })
  await waitForDrawings(build, 1)
  platform.letPass()
  expect(readable(expectSuccess(await build.end(), /Trying again/))).toMatch(
    /\r␛\[K\[plugin rollup-plugin-bytenite\] warning: POST \S+ failed with 503\. Trying again in [\d.]+ s \(attempt 2 of 4\)\./,
  )
})

// What comes before the first byte, such as a platform that thinks about a login, is no part of an upload's time.
test.concurrent('a platform that is slow to begin makes no short upload one that takes its time', async () => {
  const apiUrl = await serveStub(
    (request, response) => {
      request.resume().on('end', () => confirm(response))
    },
    async (request, response) => {
      await sleep(1_500)
      responseJson(404, { ok: false })(request, response)
    },
  )
  const cwd = await slowProject(1_000)
  const env = { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 'some-token' }
  expect(await runSuccessfully('node', rollup, { cwd, env })).not.toContain('uploading')
})
