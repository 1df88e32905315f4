import { join } from 'node:path'
import { createClient, type ClientOptions } from 'bytenite-uploader'
import { overrideVariable } from 'bytenite-uploader/internal/override'
import { runBuild } from 'bytenite-uploader/internal/processes'
import { findPublished, type PublishedParts } from './published-parts.js'
import { createLocalPlatform } from '../server/platform.js'
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
      // For programs that know no override. A token for another platform would be preferred to the key; an empty one counts as absent.
      const variables = { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: platform.apiKey, BYTENITE_ACCESS_TOKEN: '', BYTENITE_PUBLISH: 'true' }
      await runBuild(command, { env: { ...variables, ...override }, signal })
      return await use({ connection, parts: await findPublished(createClient({ ...connection, signal })) })
    } finally {
      await platform.close()
    }
  })
}
