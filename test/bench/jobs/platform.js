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
 * @property {{ minCpu: number, minMemory: number }} [deviceRequirements] vCPUs and GB
 */

/**
 * @typedef {object} StartOptions
 * @property {string} [program] takes the arguments of `bytenite-local serve`
 * @property {string[]} [node] parameters of Node
 * @property {string[]} [flags] more parameters of `serve`
 * @property {Record<string, string>} [env]
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
   * @param {StartOptions} [options]
   */
  static async start(directory, { program = bin, node = [], flags = [], env = {} } = {}) {
    await mkdir(directory, { recursive: true })
    const data = join(directory, 'data')
    const own = ['serve', '--port', '0', '--dir', data, '--api-key', apiKey, ...flags]
    const server = start([process.execPath, ...node, program, ...own], directory, env)
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

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    this.#server.kill(signal)
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
    return this.#ticks(11, 12)
  }

  /** As `cpu`, with the programs that it started and that have ended. */
  async cpuWithCommands() {
    return this.#ticks(11, 12, 13, 14)
  }

  /** @param {number[]} places of user and system, as `/proc` has them after the name */
  async #ticks(...places) {
    const fields = (await readFile(`/proc/${this.#server.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
    return places.reduce((sum, place) => sum + Number(fields[place]), 0) / 100
  }

  /**
   * Publishes an app, and activates it.
   * @param {App} app
   * @returns {Promise<string>} the directory with its code
   */
  async publish({ name, type = 'app', entrypoint, code, deviceRequirements }) {
    const directory = join(this.#directory, 'apps', name)
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, entrypoint), code, { mode: 0o755 })
    const manifest = { name, version: '1.0', type, entrypoint, platformConfig: { container: 'any' }, deviceRequirements }
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
   * Waits until a job has been in a state.
   * @param {string} id
   * @param {JobState} state
   */
  async reach(id, state) {
    while ((await this.client.jobs.get(id)).stateTimestamps[state] === undefined) await sleep(PAUSE)
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
