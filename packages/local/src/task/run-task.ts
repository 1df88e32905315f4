import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { collectResults, createResultsDirectory } from './collect-results.js'
import { findCommand } from './interpreter.js'
import { runAsGroup, type Ending } from './process-group.js'
import { withScratchDirectory } from './scratch-directory.js'
import { systemVariables } from './system-variables.js'
import { TaskError } from './task-error.js'
import { startTimeLimit } from './time-limit.js'
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
  /** Milliseconds that the task may take. @default no limit */
  timeout?: number | undefined
  /** Kills the task and all processes that it started when it aborts. */
  signal?: AbortSignal | undefined
  /** Called right before the task starts. */
  onStart?: (() => void) | undefined
  /** Called with a message for each result that is not copied, or not as it is. */
  onWarning?: ((message: string) => void) | undefined
}

export interface TaskResult extends Ending {
  /** Paths of the files that the task wrote, relative to `results`. */
  files: string[]
}

/**
 * Runs one task of an app as the platform would: in a clean directory that contains only the unpacked archive, with the
 * chunk in `TASK_DIR/data.bin`, and with only the documented variables in its environment. The task's output is passed
 * through to this process's. When the task has ended, so have all processes that it started.
 * @throws {TaskError} see its codes
 * @throws the signal's reason when it aborts
 */
export async function runTask(options: RunTaskOptions): Promise<TaskResult> {
  const { signal, onWarning = () => {} } = options
  signal?.throwIfAborted()
  return withScratchDirectory(async (directory) => {
    const [content, task, results] = ['archive', 'task', 'results'].map((name) => join(directory, name)) as [string, string, string]
    const archived = await unpackArchive(createReadStream(options.archive), content, signal)
    const entrypoint = findEntrypoint(options.entrypoint, archived)
    await mkdir(task)
    await mkdir(results)
    await pipeline(
      options.input === undefined ? Readable.from([]) : createReadStream(options.input),
      createWriteStream(join(task, 'data.bin')),
      { signal },
    )
    const app = join(content, 'app')
    const command = await findCommand({ name: entrypoint, directory: app }, process.env['PATH'])
    await createResultsDirectory(options.results)
    signal?.throwIfAborted()
    options.onStart?.()
    const ending = await start(command, app, options, {
      TASK_DIR: task,
      TASK_RESULTS_DIR: results,
      APP_PARAMS: options.params ?? '{}',
    })
    return {
      ...ending,
      files: await collectResults(results, options.results, { onWarning: (message) => onWarning(plainText(message)), signal }),
    }
  })
}

/** The entrypoint's path in the app's directory. Only what was verified with the archive is ever started. */
function findEntrypoint(entrypoint: string, archived: ReadonlySet<string>): string {
  const path = posix.normalize(`app/${entrypoint}`)
  if (path.startsWith('app/') && archived.has(path)) return posix.relative('app', path)
  throw new TaskError(
    'INVALID_ENTRYPOINT',
    `The entrypoint "${entrypoint}" is not a file in the app's archive. Correct it in the manifest, and publish the app again.`,
  )
}

async function start(
  [command, ...parameters]: readonly [string, ...string[]],
  cwd: string,
  { entrypoint, timeout, signal }: RunTaskOptions,
  variables: Record<string, string>,
): Promise<Ending> {
  const env = { ...systemVariables(), ...variables }
  const limit = startTimeLimit(timeout)
  try {
    return await runAsGroup((group) => spawn(command, parameters, { ...group, cwd, env, stdio: ['ignore', 'inherit', 'inherit'] }), {
      signal: AbortSignal.any([limit.signal, ...(signal === undefined ? [] : [signal])]),
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
    throw new TaskError(
      'NOT_EXECUTABLE',
      `Cannot start ${entrypoint}: the system may not execute it. Give the file the permission (chmod +x), and publish the app again.`,
      { cause: error },
    )
  } finally {
    limit.clear()
  }
}
