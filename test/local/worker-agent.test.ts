import { copyFile, readdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { ReportRequest } from '../../packages/local/dist/runners/workers/protocol.js'
import { packDirectories } from '../../packages/local/dist/runners/workers/archives.js'
import { listen } from '../helpers/listen.ts'
import { startProgram, type Program } from '../helpers/process.ts'
import { uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

const AGENT = fileURLToPath(new URL('../../packages/local/dist/runners/workers/agent.js', import.meta.url))

/** What a worker has told. */
interface Told {
  /** The requests in their order, such as `report`. */
  requests: string[]
  output: string
  /** Bytes of the largest report. */
  largest: number
  endings: unknown[]
}

interface Answers {
  /** Milliseconds that the first report takes. */
  firstReport?: number
  /** Milliseconds that results take. */
  end?: number
}

/** A worker with one attempt, and a platform for it. */
async function startWorker(script: string, answers: Answers = {}): Promise<{ worker: Program; told: Told; scratch: string }> {
  const scratch = await temporaryDirectory()
  const code = await temporaryDirectory()
  await writeFile(join(code, 'main.sh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const told: Told = { requests: [], output: '', largest: 0, endings: [] }
  const directory = join(scratch, 'attempt')
  let claims = 0
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const what = pathname.split('/').at(-1) ?? ''
    told.requests.push(what)
    if (what === 'code' || what === 'input') {
      for await (const piece of packDirectories(what === 'code' ? { '.': code } : {})) response.write(piece)
    } else if (what === 'claim') {
      response.statusCode = claims++ === 0 ? 200 : 204
      const variables = { TASK_RESULTS_DIR: join(directory, 'results') }
      const run = { type: 'process', command: [join(scratch, 'code/main.sh')], directory: join(scratch, 'code'), variables }
      const attempt = { index: 0, token: 't', codeDirectory: join(scratch, 'code'), directory, directories: [variables.TASK_RESULTS_DIR] }
      if (response.statusCode === 200) response.write(JSON.stringify({ ...attempt, outputs: ['results'], run, timeout: 0 }))
    } else if (what === 'report') {
      const message = await text(request)
      told.largest = Math.max(told.largest, message.length)
      const { number, output } = JSON.parse(message) as ReportRequest
      if (number === 1) await sleep(answers.firstReport ?? 0)
      for (const { bytes } of output) told.output += String(Buffer.from(bytes, 'base64'))
      response.write(JSON.stringify({ next: 50 }))
    } else if (what === 'end') {
      await buffer(request)
      await sleep(answers.end ?? 0)
      told.endings.push(JSON.parse(searchParams.get('ending') ?? ''))
      told.requests.push('ended')
    }
    response.end()
  }
  const server = createServer((request, response) => void answer(request, response))
  const port = await listen(server)
  await copyFile(AGENT, join(scratch, 'agent.mjs'))
  await writeFile(join(scratch, 'settings.json'), JSON.stringify({ url: `http://127.0.0.1:${port}/workers/`, batch: 'b', secret: 's' }))
  return { worker: startProgram('node', [join(scratch, 'agent.mjs'), scratch, '1_0', 'node1'], { cwd: scratch }), told, scratch }
}

const SUCCESS = { type: 'exited', exitCode: 0, signal: null }

test('tells that it lives while the platform takes the results', async () => {
  const { worker, told } = await startWorker('echo x >"$TASK_RESULTS_DIR/x"', { end: 1_000 })
  expect(await worker.end()).toMatchObject({ exitCode: 0, stderr: '' })
  const meanwhile = told.requests.slice(told.requests.indexOf('end') + 1, told.requests.indexOf('ended'))
  expect(meanwhile.filter((what) => what === 'report').length).toBeGreaterThan(3)
  expect(told.endings).toEqual([SUCCESS])
})

test('sends all output, also if the program ends before the platform takes more', async () => {
  // More than is kept, and the rest fits into the pipe.
  const size = 1_080_000
  const { worker, told } = await startWorker(`head -c ${size} /dev/zero | tr '\\0' x; echo; echo end >&2`, { firstReport: 1_500 })
  expect(await worker.end()).toMatchObject({ exitCode: 0, stderr: '' })
  expect(told.output.length).toBe(size + 5)
})

test('sends output that comes byte by byte in few bytes', async () => {
  const { worker, told } = await startWorker('i=0; while [ $i -lt 300 ]; do printf .; sleep 0.001; i=$((i+1)); done', {
    firstReport: 1_000,
  })
  await worker.end()
  expect(told.output).toBe('.'.repeat(300))
  expect(told.largest).toBeLessThan(2_000)
})

test('results that a task has removed are none', async () => {
  const { worker, told } = await startWorker('rm -r "$TASK_RESULTS_DIR"')
  await worker.end()
  expect(told.endings).toEqual([SUCCESS])
})

test('what a program has started is ended with it, and its directory is removed', async () => {
  const seconds = uniqueSeconds()
  const { worker, told, scratch } = await startWorker(
    `chmod 500 "$TASK_RESULTS_DIR"; sleep ${seconds} & setsid sleep ${seconds} & (setsid sh -c "exec sleep ${seconds}" &); sleep 0.2`,
  )
  await worker.end()
  await waitForProcesses(seconds, 0)
  expect(told.endings).toEqual([SUCCESS])
  expect((await readdir(scratch)).toSorted()).toEqual(['agent.mjs', 'code', 'results.tar'])
})

test.each(['exec sleep 1000', 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done'])(
  'an attempt is lost whose scheduler ends the worker: %s',
  async (script) => {
    const { worker, told } = await startWorker(`echo ready\n${script}`)
    await waitFor('the program to run', () => told.output.includes('ready'))
    worker.kill('SIGTERM')
    await worker.end()
    expect(told.endings).toEqual([{ type: 'lost', reason: 'the scheduler has ended its worker (on node1)' }])
    expect(told.requests.at(-1)).toBe('bye')
  },
)
