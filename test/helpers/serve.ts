import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { repository } from './project.ts'

export const localBin: string = join(repository, 'packages/local/bin/bytenite-local.js')

export interface ServeProcess {
  child: ChildProcess
  /** What it printed so far. */
  output(): string
  /** The variables that it says to export, as a shell would read them. */
  exports(): Record<string, string>
}

/** Starts `bytenite-local serve` as a process of its own, and waits until it is ready. */
export async function serve(flags: string[], env: Record<string, string> = {}): Promise<ServeProcess> {
  const child = spawn(process.execPath, [localBin, 'serve', ...flags], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  while (!output.includes('export BYTENITE_API_KEY=')) {
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    if (child.exitCode !== null) throw new Error(output)
  }
  return {
    child,
    output: () => output,
    exports: () =>
      Object.fromEntries(Array.from(output.matchAll(/^ {2}export (\w+)=(.*)$/gm), ([, name, value]) => [name, value])) as Record<
        string,
        string
      >,
  }
}
