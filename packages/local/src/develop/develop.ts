import { join } from 'node:path'
import { createClient, type ClientOptions } from 'bytenite-uploader'
import { runPublishingBuild, type BuildCommand } from './build-command.js'
import { partsOf, readPublished, type PublishedParts } from './published-parts.js'
import { createLocalPlatform } from '../server/platform.js'
import { withScratchDirectory } from '../task/scratch-directory.js'

export interface DevelopOptions {
  command: BuildCommand
  /** Stops the build. */
  signal: AbortSignal
}

/** Where a build publishes. */
export type PlatformConnection = Pick<ClientOptions, 'apiUrl' | 'credentials'>

/** What a build has published, and where. */
export interface Published {
  connection: PlatformConnection
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
      const { apiKey } = platform
      await runPublishingBuild({ command, signal, directory, platform: { apiUrl, apiKey } })
      const connection = { apiUrl, credentials: { apiKey } }
      return await use({ connection, parts: partsOf(await readPublished(createClient({ ...connection, signal }))) })
    } finally {
      await platform.close()
    }
  })
}
