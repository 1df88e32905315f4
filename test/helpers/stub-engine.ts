import { chmod, mkdir, readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { createContainerRunner, type ContainerRunnerOptions } from '../../packages/local/dist/runners/containers/container-runner.js'
import { findEngine } from '../../packages/local/dist/runners/containers/find-engine.js'
import type { AttemptEnding, Code } from '../../packages/local/dist/runners/runner.js'
import { onTestFinished } from './current-test.ts'
import { writeFiles } from './project.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { within } from './wait-for.ts'

/** A shell script for each engine; none for one that is not there. What they are called with is in the file `calls`. */
export async function installEngines(engines: {
  podman?: string
  docker?: string
}): Promise<{ path: string; calls: () => Promise<string[]> }> {
  const directory = await temporaryDirectory()
  for (const [name, script] of Object.entries(engines)) {
    await writeFiles(directory, { [name]: `#!/bin/sh\necho "$*" >> "${directory}/calls"\n${script}\n` })
    await chmod(join(directory, name), 0o755)
  }
  const { PATH } = process.env
  onTestFinished(() => (process.env['PATH'] = PATH))
  // Without the engines of this machine.
  process.env['PATH'] = [directory, await toolsOnly()].join(delimiter)
  return { path: process.env['PATH'], calls: async () => (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n') }
}

/** A directory with the few programs that the scripts need. */
async function toolsOnly(): Promise<string> {
  const directory = await temporaryDirectory()
  for (const tool of ['sh', 'cat', 'stat', 'sleep', 'touch', 'ls', 'env', 'grep', 'dirname']) {
    await writeFiles(directory, { [tool]: `#!/bin/sh\nPATH=/usr/bin:/bin exec ${tool} "$@"\n` })
    await chmod(join(directory, tool), 0o755)
  }
  return directory
}

export const PODMAN_INFO = `echo '{"host":{"cpus":3,"memTotal":2147483648}}'`
export const DOCKER_INFO = `echo '{"NCPU":5,"MemTotal":4294967296,"SecurityOptions":[]}'`

interface Run {
  ending: AttemptEnding
  output: string
  calls: string[]
  /** What is left in the directory of attempts. */
  left: string[]
}

/** Runs one attempt with an engine that is a script. */
export async function runWith(
  engines: Parameters<typeof installEngines>[0],
  code: Partial<Code> = {},
  options: Partial<ContainerRunnerOptions> = {},
  variables: Record<string, string> = {},
): Promise<Run> {
  const { calls } = await installEngines(engines)
  const root = await temporaryDirectory()
  const runner = createContainerRunner({ root, engine: findEngine(), onWarning: console.error, ...options })
  onTestFinished(() => runner.close(0))
  const directory = await temporaryDirectory()
  await writeFiles(directory, { 'main.py': '' })
  let output = ''
  const ended = new Promise<AttemptEnding>((resolve, reject) => {
    const open = async (): Promise<never> => {
      await mkdir(join(root, 'one.0'))
      const directories = { TASK_DIR: { path: '/some,"where', writable: false } }
      return { directory: join(root, 'one.0'), directories, variables } as never
    }
    const host = {
      open,
      reopen: open,
      waiting: () => {},
      started: () => {},
      output: (_: number, _stream: string, piece: Buffer) => (output += String(piece)),
      ended: async (_: number, ending: AttemptEnding) => resolve(ending),
    }
    const needs = { directory, entrypoint: 'main.py', image: 'python:3', registryLogin: undefined, cpu: 1.5, memory: 0.5, gpu: [], ...code }
    runner.submit({ id: 'one', jobId: 'one', code: needs, timeout: undefined, concurrency: undefined, size: 1, host }).catch(reject)
  })
  const ending = await within('the end', ended)
  await runner.cancel('one')
  return {
    left: (await readdir(root)).filter((name) => name !== 'one.0'),
    ending,
    output,
    calls: (await calls()).map((call) =>
      call
        .replaceAll(directory, 'CODE')
        .replaceAll(root, 'ROOT')
        .replace(/bytenite-\w{12}-/g, 'bytenite-OWNER-')
        .replace(/owner=\w+/g, 'owner=OWNER'),
    ),
  }
}

/** What a container of a script is: its image is there, and it ends with a code. */
export const container = (info: string, exitCode: number, more = ''): string => `
case "$*" in
  info*) ${info};;
  ${more}
  image*) echo sha256:1;;
  start*) echo out; echo err >&2; exit ${exitCode};;
  container*) echo '{"Running":false,"ExitCode":${exitCode},"StartedAt":"2030-01-01T00:00:00Z","Error":""}';;
esac`
