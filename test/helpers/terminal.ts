import { spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { startProgram, type Program, type ProgramOptions } from './process.ts'
import { waitFor } from './wait-for.ts'

/** Whether a program can be given a terminal; util-linux's `script` does that, others of the name take other parameters. */
export const hasTerminal: boolean = /util-linux/.test(String(spawnSync('script', ['--version']).stdout))
if (!hasTerminal) console.log("Not tested: what is shown on a terminal, which takes util-linux's script.")

export interface Terminal {
  /** What it showed so far, without colours and movements. */
  output(): string
  /** Waits until it has shown a text since the last key that was typed. */
  waitFor(text: string): Promise<void>
  type(keys: string): void
  /** Waits for the end: the exit code, 128 more than the signal that ended the program, as a shell has it. */
  end(): Promise<number | null>
}

/** Runs a command on a terminal of its own, as somebody who looks at it and types. */
export function openTerminal(command: string, { cwd, env }: ProgramOptions): Terminal {
  const program = startOnTerminal(`stty cols 100 rows 30; exec ${command}`, { cwd, env: { TERM: 'xterm', ...env } })
  let typed = 0
  const output = (): string => stripVTControlCharacters(program.output())
  return {
    output,
    async waitFor(text) {
      await waitFor(`the terminal to show "${text}"`, () => output().includes(text, typed), { details: output })
    },
    type(keys) {
      typed = output().length
      program.type(keys)
    },
    end: async () => (await program.end()).exitCode,
  }
}

/** Starts a command of the shell on a terminal; all that it shows comes as its output. */
export function startOnTerminal(command: string, options: ProgramOptions): Program {
  return startProgram('script', ['-qec', command, '/dev/null'], options)
}
