import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Commands } from './commands.js'

/**
 * @typedef {object} Submission
 * @property {string} id
 * @property {string} name
 * @property {number} count
 * @property {{ url: string, batch: string, secret: string }} settings as in the script
 */

/** Milliseconds between two looks for what was submitted. */
const PAUSE = 20

/**
 * A large cluster that is none: commands that take arrays and list them. They are scripts of the shell, so that they take as little
 * time as can be; what they have to say, this process writes for them.
 */
export class StubCluster {
  commands
  #directory
  #timer
  /** @type {Map<string, { name: string, state: string }>} */
  #elements = new Map()
  #isChanged = false

  /**
   * @param {string} directory a new one
   * @param {'R' | 'PD'} state of what is submitted
   * @param {(submission: Submission) => void} onSubmission
   */
  constructor(directory, state, onSubmission) {
    this.#directory = directory
    mkdirSync(join(directory, 'submitted'), { recursive: true })
    writeFileSync(join(directory, 'queue'), '')
    this.commands = new Commands(join(directory, 'bin'), (name) => scripts(directory)[name] ?? '')
    this.#timer = setInterval(() => {
      for (const submission of this.#take()) {
        for (let index = 0; index < submission.count; index++) this.#elements.set(`${submission.id}_${index}`, { ...submission, state })
        this.#isChanged = true
        onSubmission(submission)
      }
      if (this.#isChanged) this.#writeQueue()
    }, PAUSE)
  }

  /** Notes that an element has ended. @param {string} id */
  end(id) {
    this.#elements.delete(id)
    this.#isChanged = true
  }

  close() {
    clearInterval(this.#timer)
  }

  /** @returns {Submission[]} */
  #take() {
    const directory = join(this.#directory, 'submitted')
    return readdirSync(directory).flatMap((id) => {
      if (id.startsWith('.')) return []
      const file = join(directory, id)
      const [parameters = '', ...lines] = readFileSync(file, 'utf8').split('\n')
      rmSync(file)
      const settings = JSON.parse(lines.find((line) => line.startsWith('{"url":')) ?? '')
      const [, name = ''] = /--job-name=(\S+)/.exec(parameters) ?? []
      const [, last] = /--array=0-(\d+)/.exec(parameters) ?? []
      return [{ id, name, count: Number(last) + 1, settings }]
    })
  }

  #writeQueue() {
    this.#isChanged = false
    const file = join(this.#directory, 'queue')
    const lines = Array.from(this.#elements, ([id, { name, state }]) => `${id}|${state}|${state === 'PD' ? 'Resources' : 'None'}|${name}\n`)
    writeFileSync(`${file}.tmp`, lines.join(''))
    renameSync(`${file}.tmp`, file)
  }
}

/**
 * @param {string} directory
 * @returns {Record<string, string>}
 */
function scripts(directory) {
  return {
    sbatch: [
      'if [ "$1" = --version ]; then echo slurm-wlm; exit; fi',
      // The platform submits one array after the other.
      `read -r id 2>/dev/null <'${directory}/id' || id=0`,
      'id=$((id + 1))',
      `echo $id >'${directory}/id'`,
      `{ echo "$*"; cat; } >'${directory}/submitted/.new'`,
      `mv '${directory}/submitted/.new' "${directory}/submitted/$id"`,
      'echo $id',
    ].join('\n'),
    squeue: `cat '${directory}/queue'`,
    scontrol: 'if [ "$1" = show ]; then echo "MaxArraySize            = 1001"; fi',
    sinfo: "echo '64|256000|(null)'",
  }
}
