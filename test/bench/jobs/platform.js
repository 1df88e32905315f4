import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createClient, publish } from 'bytenite-uploader'
import { start } from '../processes.js'

/** @import { JobRecord, JobRequest, JobState } from 'bytenite-uploader/wire-jobs' */

const bin = fileURLToPath(new URL('../../../packages/local/bin/bytenite-local.js', import.meta.url))
export const apiKey = 'the-key-of-the-benchmark'

/**
 * @typedef {object} App
 * @property {string} name
 * @property {'app' | 'partitioner'} [type]
 * @property {string} entrypoint
 * @property {string} code
 */

/** Milliseconds between two looks at a job. */
const PAUSE = 50

/** `bytenite-local serve` as a process of its own. */
export class Platform {
  /** @type {import('node:child_process').ChildProcess} */
  #server
  #directory
  apiUrl
  client

  /**
   * @param {import('node:child_process').ChildProcess} server
   * @param {string} directory
   * @param {string} apiUrl
   */
  constructor(server, directory, apiUrl) {
    this.#server = server
    this.#directory = directory
    this.apiUrl = apiUrl
    this.client = createClient({ apiUrl, credentials: { apiKey } })
  }

  /**
   * Starts it, and waits until it says that it is ready.
   * @param {string} directory
   * @param {string} [program] takes the arguments of `bytenite-local serve`
   */
  static async start(directory, program = bin) {
    await mkdir(directory, { recursive: true })
    const data = join(directory, 'data')
    const server = start([process.execPath, program, 'serve', '--port', '0', '--dir', data, '--api-key', apiKey], directory)
    server.stderr.pipe(process.stderr)
    const lines = createInterface({ input: server.stdout })
    for await (const line of lines) {
      const [url] = /http:\S+\/v1/.exec(line) ?? []
      if (url === undefined) continue
      server.stdout.resume()
      return new Platform(server, directory, url)
    }
    throw new Error('The platform did not start.')
  }

  /** Stops it as a user would. */
  async stop() {
    if (this.#server.exitCode !== null) return
    const ended = new Promise((resolve) => this.#server.once('exit', resolve))
    this.#server.kill('SIGTERM')
    await ended
  }

  /** The most memory that it ever had, in bytes. */
  async peakMemory() {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${this.#server.pid}/status`, 'utf8')) ?? []
    return Number(kibibytes) * 1024
  }

  /** The memory that it has now, in bytes. */
  async memory() {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${this.#server.pid}/status`, 'utf8')) ?? []
    return Number(kibibytes) * 1024
  }

  /** Seconds of CPU that it has used itself, without the programs that it started. */
  async cpu() {
    const fields = (await readFile(`/proc/${this.#server.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
    // User and system, in ticks.
    return (Number(fields[11]) + Number(fields[12])) / 100
  }

  /**
   * Publishes an app, and activates it.
   * @param {App} app
   * @returns {Promise<string>} the directory with its code
   */
  async publish({ name, type = 'app', entrypoint, code }) {
    const directory = join(this.#directory, 'apps', name)
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, entrypoint), code, { mode: 0o755 })
    const manifest = { name, version: '1.0', type, entrypoint, platformConfig: { container: 'any' } }
    const own = { apiUrl: this.apiUrl, apiKey, env: {}, onWarning: () => {} }
    await publish({ directory, root: directory, manifest, template: false, record: false, activate: true, ...own })
    return directory
  }

  /**
   * Creates a job and starts it.
   * @param {JobRequest} request
   */
  async submit(request) {
    const { id } = await this.client.jobs.create({ dataSource: { dataSourceDescriptor: 'bypass' }, ...request })
    await this.client.jobs.run(id)
    return id
  }

  /**
   * Waits until a job is complete.
   * @param {string} id
   * @returns {Promise<JobRecord>}
   * @throws {Error} if it fails
   */
  async complete(id) {
    for (;;) {
      const job = await this.client.jobs.get(id)
      if (job.state === 'JOB_STATE_COMPLETE') return job
      if (job.state === 'JOB_STATE_FAILED') throw new Error(`A job of the benchmark failed: ${job.errorMessage}`)
      await sleep(PAUSE)
    }
  }
}

/**
 * Seconds that a job took from one state to another.
 * @param {JobRecord} job
 * @param {JobState} from
 * @param {JobState} to
 */
export function secondsBetween({ stateTimestamps }, from, to) {
  return (Date.parse(stateTimestamps[to] ?? '') - Date.parse(stateTimestamps[from] ?? '')) / 1000
}
