import { ByteNiteError } from 'bytenite-uploader'
import ci from 'ci-info'

export type PublishSetting = 'auto' | boolean

/** What to do with a successful build, and why if it is not published. */
export type Decision = { publish: true } | { publish: false; reason: string; isMissingCredentials: boolean }

const SETTINGS: ReadonlyMap<unknown, PublishSetting> = new Map<unknown, PublishSetting>([
  ['auto', 'auto'],
  ['true', true],
  ['false', false],
  [true, true],
  [false, false],
])

/**
 * The option, else `BYTENITE_PUBLISH`, else `auto`.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function resolvePublishSetting(
  option: PublishSetting | undefined,
  env: Record<string, string | undefined>,
): PublishSetting {
  const [source, value] = option !== undefined ? ['The option "publish"', option] : ['BYTENITE_PUBLISH', env['BYTENITE_PUBLISH']]
  if (value === undefined || value === '') return 'auto'
  const setting = SETTINGS.get(value)
  if (setting !== undefined) return setting
  throw new ByteNiteError('INVALID_OPTION', `${source} is ${JSON.stringify(value)}; expected auto, true or false.`)
}

export function decide(
  setting: PublishSetting,
  hasCredentials: boolean,
  env: Record<string, string | undefined>,
): Decision {
  if (setting === true) return { publish: true }
  if (setting === false) return packOnly('publishing is switched off')
  if (ci.isPR) return packOnly('this is the job of a pull request')
  if (env['VITEST']) return packOnly('this runs under Vitest')
  if (hasCredentials) return { publish: true }
  return { publish: false, reason: 'no credentials: BYTENITE_API_KEY is not set', isMissingCredentials: true }
}

function packOnly(reason: string): Decision {
  return { publish: false, reason, isMissingCredentials: false }
}
