import { CHECK_CODES } from './checks/codes.js'
import { TIMEOUT_NAMES } from './connection/request-options.js'
import { checkManifestNames, checkTemplateNames } from './manifest/option-names.js'
import type { PublishOptions, PublishOutputOptions, SmokeOptions } from './options.js'
import { checkOptionNames, namesOf, nearestName } from './utils/option-names.js'

export { checkOptionNames, namesOf, nearestName }

export const OPTION_NAMES: readonly string[] = namesOf<PublishOptions>({
  directory: true,
  root: true,
  projectRoot: true,
  entrySources: true,
  manifest: true,
  entryFiles: true,
  include: true,
  exclude: true,
  allowSecrets: true,
  maxBytes: true,
  maxFiles: true,
  template: true,
  schema: true,
  checks: true,
  sourceModules: true,
  sourceFiles: true,
  archiveFile: true,
  record: true,
  apiKey: true,
  accessToken: true,
  apiUrl: true,
  retries: true,
  timeout: true,
  skipUnchanged: true,
  overwrite: true,
  activate: true,
  diff: true,
  smoke: true,
  env: true,
  staleBefore: true,
  onWarning: true,
  onPacked: true,
  onProgress: true,
  onSmoke: true,
  signal: true,
})

export const PUBLISH_OUTPUT_NAMES: readonly string[] = [
  ...OPTION_NAMES,
  ...namesOf<Omit<PublishOutputOptions, keyof PublishOptions>>({ publish: true, onError: true, logger: true }),
]

const SMOKE_NAMES = namesOf<SmokeOptions>({ input: true, params: true, container: true, timeout: true })

/**
 * Checks the names inside options that are objects. Cheap enough to run before a build.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function checkNestedNames({ manifest, template, timeout, checks, smoke }: Partial<PublishOptions>): void {
  checkManifestNames(manifest)
  checkTemplateNames(template)
  checkOptionNames(timeout, TIMEOUT_NAMES, 'timeout')
  checkOptionNames(smoke, SMOKE_NAMES, 'smoke')
  if (checks !== false) checkOptionNames(checks, CHECK_CODES, 'checks')
}
