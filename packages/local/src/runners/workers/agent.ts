import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants, hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  ByeRequest,
  ClaimedAttempt,
  ClaimRequest,
  ContainerRun,
  OutputPiece,
  ProcessRun,
  ReportedEnding,
  ReportRequest,
  ReportResponse,
} from './protocol.js'
import type { WorkerSettings } from './scheduler.js'

// The program of a worker: it runs on a machine of a cluster, which has Node.js and nothing else of this project. So it is one file,
// and imports types alone. It asks the platform for one attempt after the other, until there is none for it.

/** Milliseconds for which a platform may be away, if it was never reached and if it was, and between two tries. */
const FIRST_PATIENCE = 10_000
const PATIENCE = 10 * 60_000
const FIRST_PAUSE = 250
const LONGEST_PAUSE = 10_000

/** Milliseconds that output may wait for more of it, and bytes after which the program waits until it was sent. */
const OUTPUT_DELAY = 100
const MAX_OUTPUT = 1_000_000

/** Bytes that a piece of output takes in a report besides its own, about. */
const PIECE_SIZE = 50

/** Milliseconds in which the platform has to answer a report. */
const REPORT_TIME = 30_000

/** Milliseconds that a program's output may take to end when the program has ended. */
const OUTPUT_END = 500

/** Milliseconds after a failure in which it may turn out that the scheduler has ended the worker, and its programs with it. */
const SIGNAL_TIME = 100

/** How often it is looked for processes of a program that has ended, as long as there are some. */
const MAX_LOOKS = 100
const LOOK_PAUSE = 2

/** Milliseconds that a worker takes to say that it ends. */
const LAST_WORDS = 1_000

/** Node has no longer timers. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** Variables of the node that programs need: how they find others, and which GPUs are theirs. */
const NODE_VARIABLES = ['PATH', 'CUDA_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES', 'ZE_AFFINITY_MASK', 'GPU_DEVICE_ORDINAL']

/** Nobody wants to hear of what was said. */
class Over extends Error {}

const [scratch = '', id = '', node = hostname()] = process.argv.slice(2)
const settingsFile = join(scratch, 'settings.json')
const settings = JSON.parse(readFileSync(settingsFile, 'utf8')) as WorkerSettings
// No task needs to see it.
rmSync(settingsFile)
const worker = randomBytes(8).toString('base64url')

/** Aborts when the scheduler wants this worker to end. */
const ending = new AbortController()
/** Ends the attempt that runs. */
let interrupt: (reason: string) => void = () => {}

interface Message {
  secret: string
  json?: object
  /** A file to send. */
  file?: string
  signal?: AbortSignal
  /** Milliseconds for each try. */
  timeout?: number
}

let hasReached = false

/** Sends a message until there is an answer. @throws {Over} @throws if there is none for too long */
async function send(path: string, message: Message): Promise<Response> {
  const deadline = Date.now() + (hasReached ? PATIENCE : FIRST_PATIENCE)
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const response = await post(path, message).catch((error: Error) => error)
    const isAnswer = response instanceof Response && response.status < 500 && response.status !== 408 && response.status !== 429
    hasReached ||= isAnswer
    if (isAnswer && response.ok) return response
    if (isAnswer) throw new Over(`${path}: ${response.status}`)
    const left = deadline - Date.now()
    if (message.signal?.aborted === true || left <= 0) throw new Error(`${path}: no answer`)
    await sleep(Math.min(pause, left))
  }
}

function post(path: string, { secret, json, file, signal, timeout }: Message): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${secret}` }
  let body: unknown = null
  if (json !== undefined) {
    headers['content-type'] = 'application/json'
    body = JSON.stringify(json)
  } else if (file !== undefined) {
    headers['content-length'] = String(statSync(file).size)
    body = Readable.toWeb(createReadStream(file))
  }
  const signals = [...(signal === undefined ? [] : [signal]), ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout)])]
  const options = { method: 'POST', headers, body, signal: AbortSignal.any(signals), duplex: 'half' }
  return fetch(`${settings.url}${settings.batch}/${path}`, options as RequestInit)
}

/** Unpacks an archive of the platform into a new directory. */
async function fetchArchive(path: string, secret: string, directory: string): Promise<void> {
  for (let tries = 3; ; tries--) {
    const { body } = await send(path, { secret, json: {} })
    mkdirSync(directory, { recursive: true })
    const tar = spawn('tar', ['-xf', '-', '-C', directory], { stdio: ['pipe', 'ignore', 'pipe'] })
    const errors = readText(tar.stderr)
    const ended = exitOf(tar)
    const received = body === null ? Promise.resolve() : pipeline(Readable.fromWeb(body as ReadableStream), tar.stdin)
    const failure = await received.then(
      () => undefined,
      (error: Error) => error,
    )
    if (failure !== undefined) tar.stdin.destroy()
    if ((await ended) === 0 && failure === undefined) return
    rmSync(directory, { recursive: true, force: true })
    if (tries === 0) throw new Error(`cannot be unpacked on ${node}: ${(await errors) || (failure?.message ?? '')}`)
  }
}

/** @returns the exit code; `null` after a signal @throws if the program cannot be started */
async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

async function readText(stream: Readable): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return String(Buffer.concat(pieces)).trim().slice(-1000)
}

/** Runs a helper such as podman. @throws with what it says */
async function call(program: string, parameters: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(program, parameters, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, code] = await Promise.all([readText(child.stdout), readText(child.stderr), exitOf(child)])
  if (code === 0) return output
  throw new Error(`${program}: ${errors || `exit code ${code}`}`)
}

/** What happens in an attempt, told to the platform as it comes. Also tells that the worker lives. */
class Reporter {
  isStarted = false
  readonly #path: string
  readonly #secret: string
  readonly #onOver: () => void
  readonly #stopped = new AbortController()
  #pieces: { stream: OutputPiece['stream']; bytes: Buffer[] }[] = []
  #size = 0
  #sources: Readable[] = []
  #isDraining = false
  #wake: () => void = () => {}
  #onFlushed: (() => void) | undefined

  /** @param onOver called when nobody wants the attempt any more */
  constructor({ index, token }: ClaimedAttempt, onOver: () => void) {
    this.#path = `${index}/report`
    this.#secret = token
    this.#onOver = onOver
    void this.#run().finally(() => this.stop())
  }

  started(): void {
    this.isStarted = true
    this.#wake()
  }

  read(stream: OutputPiece['stream'], source: Readable): void {
    this.#sources.push(source)
    source.on('data', (bytes: Buffer) => {
      this.#add(stream, bytes)
      if (this.#size > MAX_OUTPUT && !this.#isDraining) for (const each of this.#sources) each.pause()
      this.#wake()
    })
    // It closes, then, and there is no more output.
    source.on('error', () => {})
  }

  /** Reads what a program has left in its pipes that has ended. */
  drain(): void {
    this.#isDraining = true
    this.#resume()
  }

  /** Resolves when all there is was sent, or nobody wants it. Goes on telling that the worker lives. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onFlushed = resolve
      if (this.#stopped.signal.aborted) resolve()
      this.#wake()
    })
  }

  stop(): void {
    this.#stopped.abort()
    this.#onFlushed?.()
    this.#wake()
  }

  #add(stream: OutputPiece['stream'], bytes: Buffer): void {
    const last = this.#pieces.at(-1)
    if (last?.stream === stream) last.bytes.push(bytes)
    else {
      this.#pieces.push({ stream, bytes: [bytes] })
      this.#size += PIECE_SIZE
    }
    this.#size += bytes.length
  }

  #resume(): void {
    for (const each of this.#sources) each.resume()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    let next = OUTPUT_DELAY
    let wasStarted = false
    for (let number = 1; ; number++) {
      if (this.#pieces.length === 0 && wasStarted === this.isStarted) {
        this.#onFlushed?.()
        await this.#somethingOr(next)
      }
      // More may come at once.
      if (this.#onFlushed === undefined) await sleep(OUTPUT_DELAY)
      if (signal.aborted) return
      wasStarted = this.isStarted
      const output = this.#pieces.splice(0).map(({ stream, bytes }) => ({ stream, bytes: Buffer.concat(bytes).toString('base64') }))
      const report: ReportRequest = { number, isStarted: wasStarted, output }
      this.#size = 0
      try {
        const response = await send(this.#path, { secret: this.#secret, json: report, signal, timeout: REPORT_TIME })
        ;({ next } = (await response.json()) as ReportResponse)
      } catch {
        if (!signal.aborted) this.#onOver()
        return
      } finally {
        this.#resume()
      }
    }
  }

  async #somethingOr(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.#stopped.signal.aborted) this.#wake()
    })
    this.#wake = () => {}
  }
}

/** Runs attempts until there is none for this worker. */
async function work(): Promise<void> {
  let hasCode = false
  for (;;) {
    if (ending.signal.aborted) return
    const request: ClaimRequest = { worker, claim: randomBytes(8).toString('base64url'), id, node, scratch }
    const response = await send('claim', { secret: settings.secret, json: request })
    if (response.status === 204) return
    const attempt = (await response.json()) as ClaimedAttempt
    await runAttempt(attempt, async ({ codeDirectory }) => {
      if (codeDirectory !== undefined && !hasCode) await fetchArchive('code', settings.secret, codeDirectory)
      hasCode = true
    })
  }
}

async function runAttempt(attempt: ClaimedAttempt, fetchCode: (attempt: ClaimedAttempt) => Promise<void>): Promise<void> {
  const { index, token, directory } = attempt
  const stop = new AbortController()
  const reporter = new Reporter(attempt, () => stop.abort(new Over()))
  interrupt = (reason) => stop.abort(new Error(reason))
  try {
    const reached = await toEnding(attempt, fetchCode, reporter, stop.signal)
    await reporter.flush()
    const { reported, file } = await packResults(attempt, reached, stop.signal)
    const path = `${index}/end?ending=${encodeURIComponent(JSON.stringify(reported))}`
    await send(path, { secret: token, ...(file === undefined ? { json: {} } : { file }) })
  } catch (error) {
    if (!(error instanceof Over)) throw error
  } finally {
    interrupt = () => {}
    reporter.stop()
    if (directory !== undefined) await call('sh', ['-c', REMOVE, 'sh', directory])
  }
}

/** Nothing can be removed from a directory that its owner may not write to. */
const REMOVE = 'rm -rf "$1" 2> /dev/null || { chmod -R u+rwX "$1" && rm -rf "$1"; }'

async function toEnding(
  attempt: ClaimedAttempt,
  fetchCode: (attempt: ClaimedAttempt) => Promise<void>,
  reporter: Reporter,
  stop: AbortSignal,
): Promise<ReportedEnding> {
  const { index, token, directory, directories, run } = attempt
  try {
    await fetchCode(attempt)
    if (directory !== undefined) await fetchArchive(`${index}/input`, token, directory)
    for (const path of directories) mkdirSync(path, { recursive: true, mode: 0o700 })
    return await (run.type === 'process' ? runProcess(run, attempt, reporter, stop) : runContainer(run, attempt, reporter, stop))
  } catch (error) {
    return lost(error)
  }
}

/** @throws {Over} if that is the reason */
function lost(reason: unknown): ReportedEnding {
  if (reason instanceof Over) throw reason
  return { type: 'lost', reason: `${(reason as Error).message} (on ${node})` }
}

/** @returns the archive to send, of an attempt that has succeeded and whose results the platform cannot read itself */
async function packResults(
  { directory, outputs }: ClaimedAttempt,
  reached: ReportedEnding,
  stop: AbortSignal,
): Promise<{ reported: ReportedEnding; file?: string }> {
  if (reached.type !== 'exited') return { reported: reached }
  if (reached.exitCode !== 0 && !stop.aborted) await sleep(SIGNAL_TIME)
  // It has told the program to end as well. However that ended then, its results are not complete.
  if (stop.aborted) return { reported: lost(stop.reason) }
  if (directory === undefined || reached.exitCode !== 0) return { reported: reached }
  const file = join(scratch, 'results.tar')
  const there = outputs.filter((name) => lstatSync(join(directory, name), { throwIfNoEntry: false }) !== undefined)
  try {
    // Without any, it would refuse to write an archive.
    await call('tar', ['-cf', file, '-C', directory, '-T', '/dev/null', '--', ...there])
    return { reported: reached, file }
  } catch (error) {
    return { reported: { type: 'lost', reason: `its results could not be read on ${node}: ${(error as Error).message}` } }
  }
}

async function runProcess(
  { command, directory, variables }: ProcessRun,
  attempt: ClaimedAttempt,
  reporter: Reporter,
  stop: AbortSignal,
): Promise<ReportedEnding> {
  const [program, ...parameters] = command
  const file = program === 'node' ? process.execPath : program
  const env = { ...nodeVariables(), ...variables }
  const child = spawn(file, parameters, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  return follow(child, attempt, reporter, stop, {
    kill: () => killGroup(child.pid),
    // For who cleans up if this program is killed.
    trace: { name: 'group', content: String(child.pid ?? '') },
  }).catch((error: NodeJS.ErrnoException) => {
    if (stop.aborted || ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(error.code ?? '')) throw error
    return { type: 'unstartable', reason: startFailure(error, program, parameters[0] ?? program) }
  })
}

function startFailure({ code, message }: NodeJS.ErrnoException, program: string, entrypoint: string): string {
  if (code === 'EACCES') return 'the system may not execute the entrypoint. Give the file the permission (chmod +x), and publish it again.'
  if (code !== 'ENOENT') return message
  return `Cannot start ${basename(entrypoint)}: ${program} is not installed on ${node}, or what its #! line names is not.`
}

async function runContainer(run: ContainerRun, attempt: ClaimedAttempt, reporter: Reporter, stop: AbortSignal): Promise<ReportedEnding> {
  const { name, image, parameters, variables, variablesFile } = run
  const env = { ...process.env, ...variables }
  let found: string
  try {
    found = await findImage(run)
  } catch (error) {
    return { type: 'unstartable', reason: `The image ${image} cannot be had on ${node}: ${(error as Error).message}` }
  }
  stop.throwIfAborted()
  mkdirSync(dirname(variablesFile.path), { recursive: true, mode: 0o700 })
  writeFileSync(variablesFile.path, variablesFile.content, { mode: 0o600 })
  const remove = (): Promise<unknown> => call('podman', ['rm', '--force', '--time=0', '--ignore', name])
  await remove()
  try {
    await call(
      'podman',
      parameters.map((parameter) => (parameter === image ? found : parameter)),
      env,
    )
    const child = spawn('podman', ['start', '--attach', name], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const reached = await follow(child, attempt, reporter, stop, {
      kill: () => void call('podman', ['kill', name]).catch(() => {}),
      trace: { name: 'container', content: name },
    })
    if (reached.type !== 'exited') return reached
    const state = JSON.parse(await call('podman', ['inspect', '--format={{json .State}}', name])) as {
      ExitCode: number
      Error?: string
      StartedAt: string
    }
    if (state.StartedAt.startsWith('0001-')) throw new Error(`podman: ${state.Error ?? 'the container did not start'}`)
    return { type: 'exited', ...exitOfCode(state.ExitCode) }
  } finally {
    await remove()
    rmSync(variablesFile.path, { force: true })
  }
}

/** @returns the name under which the image is here */
async function findImage({ image, fullName, pull, login }: ContainerRun): Promise<string> {
  if (pull !== 'always') {
    for (const name of [image, fullName])
      if (
        await call('podman', ['image', 'exists', name]).then(
          () => true,
          () => false,
        )
      )
        return name
    if (pull === 'never') throw new Error('it is not there, and images are not pulled (--pull never)')
  }
  const file = join(scratch, 'login.json')
  try {
    if (login !== undefined) writeFileSync(file, login, { mode: 0o600 })
    await call('podman', ['pull', '--quiet', ...(login === undefined ? [] : [`--authfile=${file}`]), fullName])
    return fullName
  } finally {
    rmSync(file, { force: true })
  }
}

/** Beyond this, an exit code of a container tells of a signal. */
const SIGNALS = 128

function exitOfCode(exitCode: number): { exitCode: number | null; signal: string | null } {
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === exitCode - SIGNALS) ?? []
  return signal === undefined ? { exitCode, signal: null } : { exitCode: null, signal }
}

interface Running {
  kill: () => void
  /** A file that names what runs. */
  trace: { name: string; content: string }
}

/** Passes a program's output on until it ends, or ends it. @throws if it cannot be started */
async function follow(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { timeout }: ClaimedAttempt,
  reporter: Reporter,
  stop: AbortSignal,
  { kill, trace }: Running,
): Promise<ReportedEnding> {
  const file = join(scratch, trace.name)
  writeFileSync(file, trace.content)
  let isTimedOut = false
  const closed = once(child, 'close')
  closed.catch(() => {})
  reporter.read('stdout', child.stdout)
  reporter.read('stderr', child.stderr)
  child.once('spawn', () => reporter.started())
  stop.addEventListener('abort', kill)
  if (stop.aborted) kill()
  const timeUp = (): void => {
    isTimedOut = true
    kill()
  }
  const timer = timeout === 0 ? undefined : setTimeout(timeUp, Math.min(timeout, MAX_TIMEOUT))
  try {
    const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null]
    // What it has started, and left behind.
    killGroup(child.pid)
    await killOthers()
    reporter.drain()
    await Promise.race([closed, sleep(OUTPUT_END)])
    if (isTimedOut) return { type: 'timed out' }
    if (stop.aborted) throw stop.reason
    return { type: 'exited', exitCode, signal }
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', kill)
    child.stdout.destroy()
    child.stderr.destroy()
    rmSync(file, { force: true })
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // None of it is left.
  }
}

/** Kills what has left its group. It still has variables that name directories of this worker. */
async function killOthers(): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`_DIR=${scratch}/`))
    if (found.length === 0) return
    for (const pid of found) {
      try {
        process.kill(Number(pid), 'SIGKILL')
      } catch {
        // It has just ended.
      }
    }
    await sleep(LOOK_PAUSE)
  }
}

/** Empty for one that has ended, or is of somebody else. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return ''
  }
}

function nodeVariables(): Record<string, string> {
  return Object.fromEntries(NODE_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
}

/** What the scheduler sends before it kills. The attempt may run again elsewhere. */
function end(): void {
  ending.abort()
  interrupt('the scheduler has ended its worker')
  setTimeout(() => process.exit(), LAST_WORDS).unref()
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
try {
  await work()
} catch (error) {
  if (!(error instanceof Over)) throw error
} finally {
  const signal = AbortSignal.timeout(LAST_WORDS)
  if (hasReached) await send('bye', { secret: settings.secret, json: { worker } satisfies ByeRequest, signal }).catch(() => {})
}
