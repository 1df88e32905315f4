import { ByteNiteError } from 'bytenite-uploader'
import ci from 'ci-info'

export type PublishSetting = 'auto' | boolean

/** What to do with a successful build, and why if it is not published. */
export type Decision = { do: 'publish' } | NotPublished

export interface NotPublished {
  do: 'pack' | 'nothing'
  reason: string
  isMissingCredentials: boolean
}

interface Circumstances {
  hasCredentials: boolean
  env: Record<string, string | undefined>
  /** A tool that only borrows the project's config. */
  borrowedBy?: string | undefined
}

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
  const [source, value] =
    option !== undefined ? ['The option "publish"', option] : ['BYTENITE_PUBLISH', env['BYTENITE_PUBLISH']]
  if (value === undefined || value === '') return 'auto'
  const setting = SETTINGS.get(value)
  if (setting !== undefined) return setting
  throw new ByteNiteError('INVALID_OPTION', `${source} is ${JSON.stringify(value)}; expected auto, true or false.`)
}

export function decide(setting: PublishSetting, { hasCredentials, env, borrowedBy }: Circumstances): Decision {
  // These build something of their own with the project's plugins; no setting can mean that.
  const borrower = borrowedBy ?? (env['VITEST'] ? 'Vitest' : undefined)
  if (borrower !== undefined) return not('nothing', `this runs under ${borrower}`)
  if (setting === true) return { do: 'publish' }
  if (setting === false) return not('pack', 'publishing is switched off')
  if (ci.isPR) return not('pack', 'this is the job of a pull request')
  if (hasCredentials) return { do: 'publish' }
  return not('pack', 'no credentials: BYTENITE_API_KEY is not set', true)
}

function not(what: NotPublished['do'], reason: string, isMissingCredentials = false): NotPublished {
  return { do: what, reason, isMissingCredentials }
}
