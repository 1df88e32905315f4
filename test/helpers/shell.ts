import { join } from 'node:path'
import { runSuccessfully, type RunOptions } from './process.ts'
import { writeFiles } from './project.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/**
 * Runs a script of the documentation in a project, where everything is installed already: `npx` starts what is in `node_modules`, and
 * `npm` only prints what it was asked. Returns all that it printed.
 */
export async function runScript(script: string, { env = {}, ...options }: RunOptions): Promise<string> {
  const programs = await temporaryDirectory()
  await writeFiles(programs, { npx: '#!/bin/sh\nexec "$@"\n', npm: '#!/bin/sh\necho "npm $*"\n' })
  const path = [programs, join(options.cwd, 'node_modules/.bin'), process.env['PATH']].join(':')
  return runSuccessfully('bash', ['-e', '-u', '-o', 'pipefail', '-c', script], { ...options, env: { ...env, PATH: path } })
}
