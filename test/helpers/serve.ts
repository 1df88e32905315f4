import { join } from 'node:path'
import { startProgram, type Program } from './process.ts'
import { repository } from './project.ts'

export const localBin: string = join(repository, 'packages/local/bin/bytenite-local.js')

export interface ServeProgram extends Program {
  /** The variables that it says to export, as a shell would read them. */
  exports(): Record<string, string>
}

/** Starts `bytenite-local serve` as a process of its own, and waits until it is ready. */
export async function serve(flags: string[], env: Record<string, string> = {}): Promise<ServeProgram> {
  const program = startProgram(process.execPath, [localBin, 'serve', ...flags], { cwd: repository, env })
  await program.waitForOutput(/export BYTENITE_API_KEY=.*\n/)
  const variables = (): [string, string][] =>
    Array.from(program.output().matchAll(/^ {2}export (\w+)=(.*)$/gm), ([, name = '', value = '']) => [name, value])
  return { ...program, exports: () => Object.fromEntries(variables()) }
}
