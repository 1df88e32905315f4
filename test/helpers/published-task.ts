import { join } from 'node:path'
import { publish } from 'bytenite-uploader'
import type { TestPlatform } from './platform.ts'
import { run, startProgram, type Ending, type Program } from './process.ts'
import { writeFiles, type Files } from './project.ts'
import { localBin } from './serve.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Publishes an app called `task` with these files. */
export async function publishTask(platform: TestPlatform, files: Files, entrypoint: string): Promise<void> {
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), files)
  await publish({
    directory: 'dist',
    root,
    env: platform.env,
    checks: false,
    manifest: { name: 'task', version: '1.0', entrypoint, platformConfig: { container: 'any' } },
  })
}

/** Publishes a shell script as the app `task`. */
export function publishScript(platform: TestPlatform, script: string): Promise<void> {
  return publishTask(platform, { 'main.sh': `#!/bin/sh\n${script}\n` }, 'main.sh')
}

/** Runs a task of the app `task` to its end; temporary files go to `cwd`. */
export function runTask({ env }: Pick<TestPlatform, 'env'>, flags: string[], cwd: string): Promise<Ending> {
  return run('node', [localBin, 'run', 'task', ...flags], { cwd, env: { ...env, SECRET_OF_THE_SHELL: 'x', TMPDIR: cwd } })
}

/** Starts a task of the app `task`; temporary files go to `cwd`. */
export function startTask({ env }: Pick<TestPlatform, 'env'>, flags: string[], cwd: string): Program {
  return startProgram('node', [localBin, 'run', 'task', ...flags], { cwd, env: { ...env, TMPDIR: cwd } })
}
