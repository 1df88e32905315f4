import type { LiveDifference } from '../compare/compare-with-live.js'
import type { PackedArchive } from '../compare/readable-archive.js'
import type { PackOptions } from '../options.js'
import type { AppRecord } from '../wire.js'
import { connect } from './connect.js'
import { describeDirectory } from './options/app-directory.js'
import { CONNECTION_OPTIONS } from './options/connection-options.js'
import { PACK_OPTIONS } from './options/pack-options.js'
import type { LibraryOptions } from './options/library-option.js'
import type { GivenOptions } from './options/read-options.js'
import type { Screen } from './output/screen.js'

/** The options of commands that compare a directory with what is published. */
export const COMPARING: LibraryOptions = {
  maxDownload: {
    value: '<bytes>',
    kind: 'number',
    description: 'Largest archive to download; of a larger one, only sizes and fields are compared (default: 200000000)',
  },
  ...PACK_OPTIONS,
  ...CONNECTION_OPTIONS,
}

/** Packs a directory. @throws {ByteNiteError} */
export async function packDirectory(
  word: string | undefined,
  given: GivenOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<PackedArchive> {
  const [{ pack }, { packedArchive }] = await Promise.all([import('../pack.js'), import('../compare/readable-archive.js')])
  const options = { ...given, ...describeDirectory(word, given), archiveFile: undefined, onWarning: screen.warn, signal }
  return packedArchive(await pack(options as unknown as PackOptions), signal)
}

/** Compares what was packed with what is published under a tag. @throws {ByteNiteError} */
export async function compare(
  tag: string,
  packed: PackedArchive,
  { maxDownload, ...given }: GivenOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<LiveDifference> {
  const client = await connect(connectionOf(given), screen, signal)
  const [{ compareWithLive, MAX_DOWNLOAD }, { whileDownloading }] = await Promise.all([
    import('../compare/compare-with-live.js'),
    import('./output/while-downloading.js'),
  ])
  const api = client[packed.kind]
  const record: AppRecord = await api.get(tag)
  const maxBytes = typeof maxDownload === 'number' ? maxDownload : MAX_DOWNLOAD
  return whileDownloading(tag, screen, (onProgress) => compareWithLive({ api, record, packed, maxBytes, onProgress }))
}

function connectionOf({ env, apiUrl, apiKey, accessToken, retries, timeout }: GivenOptions): GivenOptions {
  return { env, apiUrl, apiKey, accessToken, retries, timeout }
}
