import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const COMMANDS = /** @type {const} */ (['sbatch', 'squeue', 'scancel', 'scontrol', 'sinfo'])

/** How often each of Slurm's commands was called. @typedef {Record<typeof COMMANDS[number], number>} Calls */

/** Programs with the names of Slurm's commands, to be first in the PATH, that note each call. */
export class Commands {
  #directory
  #log

  /**
   * @param {string} directory a new one
   * @param {(name: string) => string} scriptOf the rest of each command, for the shell
   */
  constructor(directory, scriptOf) {
    this.#directory = directory
    this.#log = join(directory, 'calls')
    mkdirSync(directory, { recursive: true })
    writeFileSync(this.#log, '')
    for (const name of COMMANDS) {
      const script = `#!/bin/sh\necho "${name} $*" >>'${this.#log}'\n${scriptOf(name)}\n`
      writeFileSync(join(directory, name), script, { mode: 0o755 })
    }
  }

  /** Slurm's own commands. @param {string} directory a new one */
  static real(directory) {
    return new Commands(directory, (name) => `exec ${execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()} "$@"`)
  }

  /** The PATH of a platform that is to use them. */
  get path() {
    return `${this.#directory}:${process.env['PATH']}`
  }

  /** @returns {Calls} */
  get calls() {
    const names = readFileSync(this.#log, 'utf8').split('\n')
    return /** @type {Calls} */ (
      Object.fromEntries(COMMANDS.map((name) => [name, names.filter((line) => line.startsWith(`${name} `)).length]))
    )
  }

  /** Elements of the arrays that were submitted. */
  get elements() {
    const arrays = readFileSync(this.#log, 'utf8').matchAll(/ --array=0-(\d+)/g)
    return [...arrays].reduce((sum, [, last]) => sum + Number(last) + 1, 0)
  }
}

/**
 * @param {Calls} after
 * @param {Calls} before
 */
export function callsBetween(after, before) {
  return /** @type {Calls} */ (Object.fromEntries(COMMANDS.map((name) => [name, after[name] - before[name]])))
}

/** The number of calls of all commands. @param {Calls} calls */
export function allCalls(calls) {
  return COMMANDS.reduce((sum, name) => sum + calls[name], 0)
}
