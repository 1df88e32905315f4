// Builds and publishes three of the examples to a local platform, and runs two of them: an app, and a whole job that counts the words
// of a large text on all cores. Everything is real: separate processes, HTTP and files. Cleans up after itself.

import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { countWords as countAnew, createText } from './demo-text.js'

const examples = fileURLToPath(new URL('.', import.meta.url))
const localBin = join(examples, '../packages/local/bin/bytenite-local.js')

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()
/** @type {NodeJS.Signals | undefined} */
let stopSignal

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.once(signal, stop)
const watching = setInterval(await launcherWatch(), 250)

const directory = await mkdtemp(join(tmpdir(), 'bytenite-demo-'))
try {
  await demo()
} catch (error) {
  if (stopSignal === undefined) throw error
} finally {
  clearInterval(watching)
  for (const child of children) child.kill()
  await Promise.all([...children].map(ended))
  await rm(directory, { recursive: true, force: true })
}
if (stopSignal !== undefined) process.kill(process.pid, stopSignal)

async function demo() {
  step('Starting a local platform')
  const variables = await startPlatform()

  step('hello-world: vite build')
  await run('hello-world', ['node_modules/vite/bin/vite.js', 'build'], variables)
  await showRecord('hello-world')

  step('rollup-basic: rollup -c')
  await run('rollup-basic', ['node_modules/rollup/dist/bin/rollup', '-c'], variables)
  await showRecord('rollup-basic')

  step('Running the published hello-world on a sample text')
  const input = join(directory, 'sample.txt')
  await writeFile(input, 'hello from a vite build\n')
  const flags = ['--input', input, '--params', '{"case":"upper"}', '--out', join(directory, 'results')]
  await run('.', [localBin, 'run', 'hello-world', ...flags], variables)
  console.log(await readFile(join(directory, 'results/hello_world_processed.txt'), 'utf8'))

  step('fan-out: vite build')
  await run('fan-out', ['node_modules/vite/bin/vite.js', 'build'], variables)

  step('Counting the words of 10 MB with the published fan-out, on all cores')
  await countWords(variables)
}

/**
 * Runs the job template of fan-out, and checks its result against a count of another kind.
 * @param {Record<string, string>} variables
 */
async function countWords(variables) {
  const text = createText(10_000_000)
  const input = join(directory, 'text.txt')
  await writeFile(input, text)
  const out = join(directory, 'counts')
  const params = JSON.stringify({ chunkSize: 250_000 })
  const flags = ['--template', 'fan-out-template', '--input', input, '--partitioner-params', params, '--out', out]
  await run('.', [localBin, 'run', ...flags], variables)
  /** @type {Record<string, number>} */
  const counted = JSON.parse(await readFile(join(out, 'result.json'), 'utf8'))
  const expected = countAnew(text)
  const words = Object.keys(counted)
  if (words.length !== expected.size || words.some((word) => counted[word] !== expected.get(word))) {
    throw new Error('The job and the independent count disagree.')
  }
  const total = words.reduce((sum, word) => sum + (counted[word] ?? 0), 0)
  console.log(`Checked against an independent count: ${total} words, ${words.length} different ones.`)
}

/** @param {NodeJS.Signals} signal */
function stop(signal) {
  stopSignal = signal
  for (const child of children) child.kill(signal)
}

/**
 * npx does not forward signals, and a killed pnpm leaves its script running. So the demo stops when either is gone.
 * @returns {Promise<() => void>} a check to run repeatedly
 */
async function launcherWatch() {
  const parent = process.ppid
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']).catch(() => ({ stdout: '' }))
  const processes = new Map(
    Array.from(stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm), ([, pid, ppid, args]) => [Number(pid), { ppid: Number(ppid), args }]),
  )
  let pid = parent
  while (processes.has(pid) && !/\bnpx\b|\bnpm exec\b/.test(processes.get(pid)?.args ?? '')) pid = processes.get(pid)?.ppid ?? 0
  const npx = processes.has(pid) ? pid : undefined
  // A pnpm from npx's cache without npx as its parent: npx ended before the demo started.
  const isOrphan = npx === undefined && processes.size > 0 && /[\\/]_npx[\\/]/.test(process.env['npm_execpath'] ?? '')
  return () => {
    if (isOrphan || process.ppid !== parent || (npx !== undefined && !isRunning(npx))) stop('SIGTERM')
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** @param {string} title */
function step(title) {
  console.log(`\n> ${title}`)
}

/** Starts the platform on a free port, and returns the variables that it prints. */
async function startPlatform() {
  const child = start('.', [localBin, 'serve', '--port', '0', '--dir', join(directory, 'platform')], {}, 'pipe')
  /** @type {Record<string, string>} */
  const variables = { BYTENITE_PUBLISH: 'true' }
  for await (const line of createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) })) {
    console.log(line)
    const [, name, value] = /^ {2}export (\w+)=(.+)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) variables[name] = value
    if (variables['BYTENITE_API_URL'] && variables['BYTENITE_API_KEY']) return variables
  }
  throw new Error('The local platform did not start.')
}

/**
 * @param {string} folder
 * @param {string[]} parameters
 * @param {Record<string, string>} variables
 */
async function run(folder, parameters, variables) {
  const { code, signal } = await ended(start(folder, parameters, variables, 'inherit'))
  if (code !== 0) throw new Error(`${parameters.join(' ')} ended with ${signal ?? `exit code ${code}`}.`)
}

/**
 * @param {string} folder
 * @param {string[]} parameters
 * @param {Record<string, string>} variables
 * @param {'inherit' | 'pipe'} output
 */
function start(folder, parameters, variables, output) {
  if (stopSignal !== undefined) throw new Error('The demo was stopped.')
  const child = spawn(process.execPath, parameters, {
    cwd: join(examples, folder),
    env: { ...process.env, ...variables },
    stdio: ['ignore', output, 'inherit'],
  })
  children.add(child)
  child.once('close', () => children.delete(child))
  return child
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}

/** @param {string} folder */
async function showRecord(folder) {
  console.log(await readFile(join(examples, folder, 'dist/bytenite.app.json'), 'utf8'))
}
