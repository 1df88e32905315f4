import ci from 'ci-info'
import type { Environment } from '../connection/credentials.js'
import { ByteNiteError } from '../errors.js'
import type { PublishSetting } from '../options.js'

const SETTINGS: ReadonlyMap<unknown, PublishSetting> = new Map<unknown, PublishSetting>([
  ['auto', 'auto'],
  ['true', true],
  ['false', false],
  [true, true],
  [false, false],
])

/**
 * The option, else `BYTENITE_PUBLISH`, else `'auto'`.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function resolvePublishSetting(option: PublishSetting | undefined, env: Environment): PublishSetting {
  const [source, value] = option !== undefined ? ['The option "publish"', option] : ['BYTENITE_PUBLISH', env['BYTENITE_PUBLISH']]
  if (value === undefined || value === '') return 'auto'
  const setting = SETTINGS.get(value)
  if (setting !== undefined) return setting
  throw new ByteNiteError('INVALID_OPTION', `${source} is ${JSON.stringify(value)}; expected auto, true or false.`)
}

/** Name of the tool that builds something of its own with the project's plugins. No setting is meant for such a build. */
export function reusingTool(env: Environment, reusedBy: string | undefined): string | undefined {
  return reusedBy ?? (env['VITEST'] ? 'Vitest' : undefined)
}

/**
 * Why a successful build is only packed; `undefined` if it is to be published.
 * @param missing message about missing credentials, if there are none
 */
export function reasonToPackOnly(setting: PublishSetting, missing: string | undefined): string | undefined {
  if (setting === true) return undefined
  if (setting === false) return 'publishing is switched off'
  if (ci.isPR) return 'pull request builds only pack'
  return missing
}
