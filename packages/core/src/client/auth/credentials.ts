import { ByteNiteError } from '../../errors.js'

/** What proves to the platform who is asking. */
export type Credentials = { accessToken: string } | { apiKey: string }

type Environment = Record<string, string | undefined>

/** An option beats the environment; an access token beats an API key. Empty strings count as absent. */
export function resolveCredentials(
  { apiKey, accessToken }: { apiKey?: string | undefined; accessToken?: string | undefined },
  env: Environment,
): Credentials | undefined {
  if (accessToken) return { accessToken }
  if (apiKey) return { apiKey }
  if (env['BYTENITE_ACCESS_TOKEN']) return { accessToken: env['BYTENITE_ACCESS_TOKEN'] }
  if (env['BYTENITE_API_KEY']) return { apiKey: env['BYTENITE_API_KEY'] }
  return undefined
}

/**
 * Recognises what goes wrong when a credential is copied, before the platform only says that it does not know it.
 * @throws {ByteNiteError} `INVALID_OPTION`, without the value
 */
export function checkCredentials(credentials: Credentials): void {
  const [name, variable, value] =
    'accessToken' in credentials
      ? ['access token', 'BYTENITE_ACCESS_TOKEN', credentials.accessToken]
      : ['API key', 'BYTENITE_API_KEY', credentials.apiKey]
  const mistake = findMistake(value)
  if (mistake === undefined) return
  throw new ByteNiteError('INVALID_OPTION', `The ${name} ${mistake}.`, {
    hint: `Give the bare ${name}, as ByteNite shows it: check ${variable}, or the option it came from.`,
  })
}

function findMistake(value: string): string | undefined {
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
