import { overrideVariable } from 'bytenite-uploader/internal/override'
import { runBuild } from 'bytenite-uploader/internal/processes'
import { LineSplitter } from '../jobs/logs/line-splitter.js'
import { recordGroup } from '../task/scratch-group.js'

/** The program and its parameters. */
export type BuildCommand = readonly [string, ...string[]]

export interface PublishingBuildOptions {
  command: BuildCommand
  /** Ends the build, with all of its processes. */
  signal: AbortSignal
  /** Where it publishes, whatever its config says. */
  platform: { apiUrl: string; apiKey: string }
  /** Whether the parts of a job may be published in any order. @default false */
  anyOrder?: boolean | undefined
  /** A scratch directory, in which its process group is noted, for the case that this process is killed. */
  directory: string
  /** Called with each line that it prints. @default it prints where this process does */
  onLine?: ((stream: 'stdout' | 'stderr', line: string) => void) | undefined
  /** Variables besides those of this process. */
  env?: Readonly<Record<string, string>> | undefined
}

/**
 * Runs a build that publishes to a platform, and to no other.
 * @throws {ByteNiteError} `BUILD_FAILED`
 * @throws the signal's reason
 */
export async function runPublishingBuild(options: PublishingBuildOptions): Promise<void> {
  const { command, signal, platform, anyOrder = false, directory, onLine, env } = options
  const { apiUrl, apiKey } = platform
  const variables = {
    ...env,
    ...overrideVariable({ by: 'bytenite-local dev', publish: true, apiUrl, apiKey, anyOrder }),
    // For programs that know no override. A token for another platform would be preferred to the key; an empty one counts as absent.
    BYTENITE_API_URL: apiUrl,
    BYTENITE_API_KEY: apiKey,
    BYTENITE_ACCESS_TOKEN: '',
    BYTENITE_PUBLISH: 'true',
  }
  const splitters = onLine && { stdout: splitter('stdout', onLine), stderr: splitter('stderr', onLine) }
  try {
    await runBuild(command, {
      env: variables,
      signal,
      onStart: (pid) => recordGroup(directory, pid),
      onOutput: splitters && ((stream, piece) => splitters[stream].push(piece)),
    })
  } finally {
    splitters?.stdout.end()
    splitters?.stderr.end()
  }
}

function splitter(stream: 'stdout' | 'stderr', onLine: NonNullable<PublishingBuildOptions['onLine']>): LineSplitter {
  return new LineSplitter((lines) => {
    for (const line of lines) onLine(stream, line)
  })
}
