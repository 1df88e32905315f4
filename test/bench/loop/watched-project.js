import { copyFile, cp, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { run, start, stop } from '../processes.js'

const example = fileURLToPath(new URL('../../../examples/hello-world/', import.meta.url))
const localBin = fileURLToPath(new URL('../../../packages/local/bin/bytenite-local.js', import.meta.url))

const SAMPLE = ['--input', 'sample/text.txt', '--params', 'sample/params.json']
const SOURCE = 'src/change-case.ts'

/** Milliseconds in which a save has to show a result. */
const PATIENCE = 60_000

/**
 * One save, in milliseconds.
 * @typedef {object} Save
 * @property {number} built what Vite prints as the time of the build
 * @property {number} result from the save to the line with the result
 */

/** A copy of an example, with a loop on it as a user starts it. */
export class WatchedProject {
  #root
  #child
  #source
  /** @type {(line: string) => void} */
  #onLine = () => {}
  #onEnd = () => {}

  /**
   * @param {string} root
   * @param {string} source
   */
  constructor(root, source) {
    this.#root = root
    this.#source = source
    const build = [process.execPath, 'node_modules/vite/bin/vite.js', 'build', '--watch']
    this.#child = start([process.execPath, localBin, 'dev', '--watch', ...SAMPLE, '--', ...build], root)
    for (const stream of [this.#child.stdout, this.#child.stderr]) createInterface(stream).on('line', (line) => this.#onLine(line))
    this.#child.once('exit', () => this.#onEnd())
  }

  /** Copies the example, starts the loop, and waits until the first version has run. @param {string} directory */
  static async start(directory) {
    const root = join(directory, 'hello-world')
    await cp(example, root, { recursive: true, filter: (path) => !/\/(?:node_modules|dist|results)$/.test(path) })
    await symlink(join(example, 'node_modules'), join(root, 'node_modules'))
    const project = new WatchedProject(root, await readFile(join(root, SOURCE), 'utf8'))
    await project.#until(/ revision 1: complete/)
    return project
  }

  /**
   * Saves the source with a change that shows in the result.
   * @param {number} revision the one that this makes
   * @returns {Promise<Save>}
   */
  async save(revision) {
    const changed = this.#source.replaceAll('toUpperCase()', `toUpperCase() + '${revision}'`)
    if (changed === this.#source) throw new Error(`${SOURCE} is not as expected.`)
    // As a whole, as editors do.
    await writeFile(join(this.#root, 'saved.tmp'), changed)
    const begin = performance.now()
    await rename(join(this.#root, 'saved.tmp'), join(this.#root, SOURCE))
    const built = await this.#until(/built in ([\d.]+)(m?s)\b/)
    await this.#until(new RegExp(` revision ${revision}: complete in .*, results: 1 changed`))
    return { built: Number(built[1]) * (built[2] === 's' ? 1000 : 1), result: performance.now() - begin }
  }

  /** Runs what was built as a program, as a task does. @returns how long that takes, in milliseconds */
  async runAlone() {
    const results = join(this.#root, 'alone')
    const env = { TASK_DIR: join(this.#root, 'task'), TASK_RESULTS_DIR: results, APP_PARAMS: '{"case":"title"}' }
    await mkdir(results, { recursive: true })
    await mkdir(env.TASK_DIR, { recursive: true })
    await copyFile(join(this.#root, 'sample/text.txt'), join(env.TASK_DIR, 'data.bin'))
    const begin = performance.now()
    const { exitCode, stderr } = await run([process.execPath, 'dist/main.js'], this.#root, env)
    if (exitCode !== 0) throw new Error(`The app failed:\n${stderr}`)
    return performance.now() - begin
  }

  stop() {
    stop(this.#child)
  }

  /**
   * Waits for a line.
   * @param {RegExp} expected
   * @returns {Promise<RegExpExecArray>}
   */
  #until(expected) {
    /** @type {string[]} */
    const lines = []
    return new Promise((resolve, reject) => {
      /** @param {string} why */
      const fail = (why) => reject(new Error(`${why} before the loop printed ${expected}:\n${lines.join('\n')}`))
      const timer = setTimeout(() => fail('A minute passed'), PATIENCE)
      this.#onEnd = () => fail('It ended')
      this.#onLine = (line) => {
        lines.push(line)
        const match = expected.exec(line)
        if (match === null) return
        clearTimeout(timer)
        resolve(match)
      }
    })
  }
}
