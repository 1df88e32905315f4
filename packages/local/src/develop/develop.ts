import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createClient, type ClientOptions } from 'bytenite-uploader'
import { overrideVariable } from 'bytenite-uploader/internal/override'
import { x } from 'tinyexec'
import { findPublished, type PublishedParts } from './published-parts.js'
import { createLocalPlatform } from '../server/platform.js'
import { runAsGroup } from '../task/process-group.js'
import { withScratchDirectory } from '../task/scratch-directory.js'

export interface DevelopOptions {
  /** The build command and its parameters. */
  command: readonly [string, ...string[]]
  /** Stops the build. */
  signal: AbortSignal
}

/** What a build has published, and where. */
export interface Published {
  connection: Pick<ClientOptions, 'apiUrl' | 'credentials'>
  parts: PublishedParts
}

/**
 * Builds a project and publishes it to a temporary platform. The platform and its data are removed when `use` has ended.
 * @throws {Error} if the build fails, or publishes what is not one job
 */
export async function develop<Result>(
  { command, signal }: DevelopOptions,
  use: (published: Published) => Promise<Result>,
): Promise<Result> {
  return withScratchDirectory(async (directory) => {
    const platform = createLocalPlatform({ directory: join(directory, 'platform') })
    try {
      const { apiUrl } = await platform.listen()
      const connection = { apiUrl, credentials: { apiKey: platform.apiKey } }
      const override = overrideVariable({ by: 'bytenite-local dev', publish: true, apiUrl, apiKey: platform.apiKey })
      await build(command, signal, { ...override, BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: platform.apiKey })
      return await use({ connection, parts: await findPublished(createClient({ ...connection, signal })) })
    } finally {
      await platform.close()
    }
  })
}

/** Milliseconds that a build has to clean up after itself. */
const BUILD_GRACE = 3_000

async function build(
  [command, ...parameters]: DevelopOptions['command'],
  signal: AbortSignal | undefined,
  variables: Record<string, string>,
): Promise<void> {
  // For programs that know no override. A token for another platform would be preferred to the key; an empty one counts as absent.
  const env = { ...variables, BYTENITE_ACCESS_TOKEN: '', BYTENITE_PUBLISH: 'true' }
  const start = (group: { detached: boolean }): ChildProcess =>
    x(command, parameters, { nodeOptions: { ...group, stdio: 'inherit', env } }).process as ChildProcess
  const { exitCode, signal: endSignal } = await runAsGroup(start, { signal, grace: () => BUILD_GRACE }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      throw new Error(`The build command "${command}" was not found. Check its spelling, or install it.`, { cause: error })
    },
  )
  const ending = endSignal === null ? `failed with exit code ${exitCode}` : `was ended by ${endSignal}`
  if (exitCode !== 0) throw new Error(`The build ${ending}: ${[command, ...parameters].join(' ')}`)
}
