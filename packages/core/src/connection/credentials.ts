import { ByteNiteError } from '../errors.js'
import { Secret } from '../utils/secret.js'

/** What proves to the platform who is asking. */
export type Credentials = { accessToken: string } | { apiKey: string }

export type Environment = Readonly<Record<string, string | undefined>>

/** An option beats the environment; an access token beats an API key. Empty strings count as absent. */
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

/** What {@link requireCredentials} needs to know. */
interface Found {
  credentials: Secret<Credentials> | undefined
  missingCredentials: string | undefined
}

/**
 * The credentials, for whoever cannot go on without them.
 * @throws {ByteNiteError} `NO_CREDENTIALS`; `INVALID_OPTION` for one that was not copied well, without its value
 */
export function requireCredentials({ credentials, missingCredentials }: Found): Credentials {
  if (credentials === undefined) {
    throw new ByteNiteError('NO_CREDENTIALS', `There are ${missingCredentials}.`, {
      hint: 'Set BYTENITE_API_KEY to an API key of your ByteNite account, or pass the option "apiKey".',
    })
  }
  const revealed = credentials.reveal()
  checkCredentials(revealed)
  return revealed
}

/** Recognises mistakes made while copying a credential, which the platform would only call unknown. */
function checkCredentials(credentials: Credentials): void {
  const [name, variable, value] =
    'accessToken' in credentials
      ? ['access token', 'BYTENITE_ACCESS_TOKEN', credentials.accessToken]
      : ['API key', 'BYTENITE_API_KEY', credentials.apiKey]
  const mistake = findMistake(value)
  if (mistake === undefined) return
  throw new ByteNiteError('INVALID_OPTION', `The ${name} ${mistake}.`, {
    hint: `Pass the bare ${name}: check ${variable}, or the option it came from.`,
  })
}

function findMistake(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'is not a string'
  if (/^bearer\s/i.test(value)) return 'starts with "Bearer", which does not belong to it'
  if (/^BYTENITE_\w+=/.test(value)) return "starts with the variable's name"
  if (/^["'`]|["'`]$/.test(value)) return 'is in quotes, which became part of it'
  if (/^\s|\s$/.test(value)) return 'begins or ends with white space, such as the line break of the file it came from'
  if (/\s/.test(value)) return 'contains white space'
  if (!/^[\x21-\x7e]+$/.test(value)) return 'contains a character that no credential has, such as a typographic quote or a dash'
  return undefined
}

/** One sentence about missing credentials: what was looked for, and why it may be missing here. */
export function missingCredentials(env: Environment): string {
  const likely = likelyReason(env)
  return `no credentials: neither BYTENITE_API_KEY nor BYTENITE_ACCESS_TOKEN is set${likely === undefined ? '' : `; ${likely}`}`
}

function likelyReason(env: Environment): string | undefined {
  if (env['TURBO_HASH']) {
    return 'Turborepo hides variables that its turbo.json does not name: add BYTENITE_* to "passThroughEnv" of the task'
  }
  if (env['GITHUB_ACTOR'] === 'dependabot[bot]') {
    return "GitHub gives Dependabot's jobs no secrets but those stored for Dependabot"
  }
  if (env['GITHUB_EVENT_NAME'] === 'pull_request') {
    return 'GitHub gives no secrets to the jobs of pull requests that come from a fork'
  }
  const { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: source, CI_MERGE_REQUEST_PROJECT_ID: target } = env
  if (source !== undefined && source !== target) return 'GitLab gives no variables to the pipelines of a fork'
  if (env['GITHUB_ACTIONS']) return 'a secret reaches a job of GitHub only by the "env" of its workflow'
  return undefined
}
