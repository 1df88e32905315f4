import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { copyFile, cp, mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { unpackArchive } from './unpack.js'

export interface RunTaskOptions {
  /** Path of the app's archive, a tar. */
  archive: string
  /** The manifest's entrypoint, relative to `app/`. */
  entrypoint: string
  /** Path of the task's data chunk. @default an empty chunk */
  input?: string | undefined
  /** JSON text of the app's parameters. @default '{}' */
  params?: string | undefined
  /** Directory for the task's result files; created if needed. */
  results: string
  /** Kills the task when it aborts. */
  signal?: AbortSignal | undefined
}

export interface TaskResult {
  /** `null` if a signal ended the task. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  /** Paths of the files that the task wrote, relative to `results`. */
  files: string[]
}

/**
 * Runs one task of an app as the platform would: in a clean directory that contains only the unpacked archive, with the
 * chunk in `TASK_DIR/data.bin`, and with only the documented variables in its environment. The task's output is passed
 * through to this process's.
 */
export async function runTask(options: RunTaskOptions): Promise<TaskResult> {
  options.signal?.throwIfAborted()
  const directory = await mkdtemp(join(tmpdir(), 'bytenite-task-'))
  try {
    const [app, task, results] = ['app', 'task', 'results'].map((name) => join(directory, name)) as [string, string, string]
    await unpackArchive(createReadStream(options.archive), directory)
    await mkdir(task)
    await mkdir(results)
    if (options.input === undefined) await writeFile(join(task, 'data.bin'), '')
    else await copyFile(options.input, join(task, 'data.bin'))
    const ended = await start(join(app, options.entrypoint), app, options.signal, {
      TASK_DIR: task,
      TASK_RESULTS_DIR: results,
      APP_PARAMS: options.params ?? '{}',
    })
    const files = await listFiles(results)
    await mkdir(options.results, { recursive: true })
    await cp(results, options.results, { recursive: true })
    return { ...ended, files }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The variables that programs need to start at all. No others are passed on, as in a container. */
const SYSTEM_VARIABLES = process.platform === 'win32' ? ['PATH', 'SystemRoot', 'PATHEXT', 'TEMP', 'TMP'] : ['PATH']

const INTERPRETERS: Record<string, string> = {
  '.js': process.execPath,
  '.mjs': process.execPath,
  '.cjs': process.execPath,
  '.py': 'python3',
  '.sh': 'sh',
}

async function start(
  entrypoint: string,
  cwd: string,
  signal: AbortSignal | undefined,
  variables: Record<string, string>,
): Promise<Pick<TaskResult, 'exitCode' | 'signal'>> {
  const [command, ...parameters] = await commandOf(entrypoint)
  const system = SYSTEM_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  const child = spawn(command, parameters, {
    cwd,
    env: { ...Object.fromEntries(system), ...variables },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const stop = (): void => void child.kill('SIGKILL')
  signal?.addEventListener('abort', stop)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, endSignal) => resolve({ exitCode, signal: endSignal }))
    })
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** A script with a `#!` line is executed directly. Without one, or on Windows, its extension selects the interpreter. */
async function commandOf(entrypoint: string): Promise<[string, ...string[]]> {
  if (process.platform !== 'win32' && (await startsWithShebang(entrypoint))) return [entrypoint]
  const interpreter = INTERPRETERS[extname(entrypoint)]
  if (interpreter === undefined)
    throw new Error(`Cannot start ${entrypoint}: it has no #! line, and no interpreter is known for its extension.`)
  return [interpreter, entrypoint]
}

async function startsWithShebang(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.toString('latin1', 0, bytesRead) === '#!'
  } finally {
    await file.close()
  }
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((file) => file.slice(directory.length + 1)).toSorted()
}
