import type { Code } from './runner.js'

type Command = [string, ...string[]]

/** Codes that are remembered; many more are hardly in use at once. */
const SIZE = 100

/** The commands that start codes. What starts one attempt of a code starts all of them. */
export class CommandCache {
  readonly #find: (code: Code) => Promise<Command>
  readonly #commands = new Map<string, Command>()

  constructor(find: (code: Code) => Promise<Command>) {
    this.#find = find
  }

  /** @throws whatever `find` throws */
  async find(code: Code): Promise<Command> {
    const key = `${code.directory}\0${code.entrypoint}`
    const known = this.#commands.get(key)
    if (known !== undefined) return known
    const command = await this.#find(code)
    if (this.#commands.size >= SIZE) this.#commands.clear()
    this.#commands.set(key, command)
    return command
  }
}
