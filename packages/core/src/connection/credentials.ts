import { ByteNiteError } from '../errors.js'
import { Secret } from '../utils/secret.js'

/** The credentials for the platform. */
export type Credentials = { accessToken: string } | { apiKey: string }

export type Environment = Readonly<Record<string, string | undefined>>

/** Options take precedence over the environment, and an access token over an API key. Empty strings count as unset. */
export function resolveCredentials(
  { apiKey, accessToken }: { apiKey?: string | undefined; accessToken?: string | undefined },
  env: Environment,
): Secret<Credentials> | undefined {
  if (accessToken) return new Secret({ accessToken })
  if (apiKey) return new Secret({ apiKey })
  if (env['BYTENITE_ACCESS_TOKEN']) return new Secret({ accessToken: env['BYTENITE_ACCESS_TOKEN'] })
  if (env['BYTENITE_API_KEY']) return new Secret({ apiKey: env['BYTENITE_API_KEY'] })
  return undefined
}

/** The part of a connection that {@link requireCredentials} needs. */
interface Found {
  credentials: Secret<Credentials> | undefined
  missingCredentials: string | undefined
}

/**
 * Returns the credentials, after checking them for mistakes.
 * @throws {ByteNiteError} `NO_CREDENTIALS`; `INVALID_OPTION` for a credential that was copied wrongly, without its value
 */
export function requireCredentials({ credentials, missingCredentials }: Found): Credentials {
  if (credentials === undefined) {
    throw new ByteNiteError('NO_CREDENTIALS', `Found ${missingCredentials}.`, {
      hint: 'Set BYTENITE_API_KEY to an API key of your platform ("bytenite-local serve" prints one), or pass the option "apiKey".',
    })
  }
  const revealed = credentials.reveal()
  checkCredentials(revealed)
  return revealed
}

/** Detects mistakes made while copying a credential, which the platform would only reject as unknown. */
function checkCredentials(credentials: Credentials): void {
  const [name, variable, value] =
    'accessToken' in credentials
      ? ['access token', 'BYTENITE_ACCESS_TOKEN', credentials.accessToken]
      : ['API key', 'BYTENITE_API_KEY', credentials.apiKey]
  const mistake = findMistake(value)
  if (mistake === undefined) return
  throw new ByteNiteError('INVALID_OPTION', `The ${name} ${mistake}.`, {
    hint: `Pass only the ${name} itself: check ${variable}, or the option that sets it.`,
  })
}

function findMistake(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'is not a string'
  if (/^bearer\s/i.test(value)) return 'starts with "Bearer", which is not part of it'
  if (/^BYTENITE_\w+=/.test(value)) return "starts with the variable's name"
  if (/^["'`]|["'`]$/.test(value)) return 'starts or ends with a quotation mark, which is not part of it'
  if (/^\s|\s$/.test(value)) return 'starts or ends with whitespace, such as a line break from a file'
  if (/\s/.test(value)) return 'contains whitespace'
  if (!/^[\x21-\x7e]+$/.test(value)) return 'contains an invalid character, such as a typographic quote or dash'
  return undefined
}

/** Part of a sentence that names the missing variables and the likely reason. */
export function missingCredentials(env: Environment): string {
  const likely = likelyReason(env)
  return `no credentials: neither BYTENITE_API_KEY nor BYTENITE_ACCESS_TOKEN is set${likely === undefined ? '' : ` (${likely})`}`
}

function likelyReason(env: Environment): string | undefined {
  if (env['TURBO_HASH']) {
    return 'Turborepo hides variables that its turbo.json does not name: for a task that publishes, add BYTENITE_* to "passThroughEnv" and set "cache": false'
  }
  if (env['GITHUB_ACTOR'] === 'dependabot[bot]') {
    return 'GitHub only passes Dependabot secrets to jobs that Dependabot triggers'
  }
  if (env['GITHUB_EVENT_NAME'] === 'pull_request') {
    return 'GitHub does not pass secrets to pull requests from forks'
  }
  const { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: source, CI_MERGE_REQUEST_PROJECT_ID: target } = env
  if (source !== undefined && source !== target) return 'GitLab does not pass variables to pipelines of forks'
  if (env['GITHUB_ACTIONS']) return 'GitHub only passes secrets to a job if its workflow sets them in "env"'
  return undefined
}
