import { findCommand } from '../task/interpreter.js'
import type { Code } from './runner.js'

type Command = [string, ...string[]]

/** Codes that are remembered; many more are hardly in use at once. */
const SIZE = 100

/** The commands that start codes. What starts one attempt of a code starts all of them. */
export class CommandCache {
  readonly #commands = new Map<string, Command>()

  /** @throws {TaskError} `NO_INTERPRETER` */
  async find({ directory, entrypoint }: Code): Promise<Command> {
    const key = `${directory}\0${entrypoint}`
    const known = this.#commands.get(key)
    if (known !== undefined) return known
    const command = await findCommand({ name: entrypoint, directory }, process.env['PATH'])
    if (this.#commands.size >= SIZE) this.#commands.clear()
    this.#commands.set(key, command)
    return command
  }
}
