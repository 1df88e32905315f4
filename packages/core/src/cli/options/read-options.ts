import type { Environment } from '../../connection/credentials.js'
import { ByteNiteError } from '../../errors.js'
import { isObject } from '../../manifest/json-file.js'
import { readConfigFile } from './config-file.js'
import { environmentWith } from './env-files.js'
import { readLibraryOptions, type LibraryOptions } from './library-option.js'

/** What {@link COMMON_OPTIONS} were set to, and the options of the library. */
type Values = Readonly<Record<string, unknown>> & { config: string | undefined; 'env-file': string[] | undefined }

/** Options of the library, before they are checked. */
export type GivenOptions = Record<string, unknown> & { env: Environment }

/**
 * The options of a config file, and in their place those of the command line.
 * @param table the options of the library that the command has
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export async function readOptions(values: Values, table: LibraryOptions): Promise<GivenOptions> {
  const given = readLibraryOptions(values, table)
  const config = values.config === undefined ? {} : await readConfigFile(values.config)
  if (config['env'] !== undefined) {
    throw new ByteNiteError('INVALID_OPTION', 'The option "env" cannot be set in a config file.', { hint: 'Use --env-file.' })
  }
  return { ...merge(config, given), env: environmentWith(values['env-file'] ?? []) }
}

/** Objects are merged; everything else replaces what was there. */
function merge(config: Record<string, unknown>, given: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...config }
  for (const [name, value] of Object.entries(given)) {
    const other = merged[name]
    merged[name] = isObject(value) && isObject(other) ? merge(other, value) : value
  }
  return merged
}
