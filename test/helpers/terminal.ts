import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { shellEnvironment } from './process.ts'

export interface Terminal {
  /** What it showed so far, without colours and movements. */
  output(): string
  /** Waits until it has shown a text since the last key that was typed. */
  waitFor(text: string): Promise<void>
  type(keys: string): void
  /** The exit code, once the program has ended; 128 more than the signal that ended it, as a shell has it. */
  ended: Promise<number | null>
}

/** Runs a command on a terminal of its own, which util-linux's `script` gives it. */
export function openTerminal(command: string, { cwd, env }: { cwd: string; env?: Record<string, string> }): Terminal {
  const child = spawn('script', ['-qec', `stty cols 100 rows 30; exec ${command}`, '/dev/null'], {
    cwd,
    env: { ...process.env, ...shellEnvironment({ TERM: 'xterm', ...env }) },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let shown = ''
  let typed = 0
  child.stdout.on('data', (chunk) => (shown += String(chunk)))
  const output = (): string => stripVTControlCharacters(shown)
  return {
    output,
    waitFor: (text) => expect.poll(() => output().slice(typed), { timeout: 10_000 }).toContain(text),
    type(keys) {
      typed = output().length
      child.stdin.write(keys)
    },
    ended: new Promise((resolve) => child.once('close', resolve)),
  }
}
