import * as v from 'valibot'
import { resolveConnection, type ConnectionOptions } from '../connection/connection.js'
import { requireCredentials, type Credentials } from '../connection/credentials.js'
import type { RequestOptions } from '../connection/request-options.js'
import { checkOptionNames, namesOf } from '../utils/option-names.js'
import type { AppRecord, EngineRecord, LoginLinkResponse } from '../wire.js'
import { jobsApi, type JobsApi } from './api/jobs-api.js'
import { publishedApi, type PublishedApi } from './api/published-api.js'
import { templatesApi, type TemplatesApi } from './api/templates-api.js'
import { parseResponse } from './http/parse-response.js'
import { createTransport } from './transport.js'

export interface ClientOptions extends RequestOptions {
  /** URL of the platform's API, including `/v1`. Must be `https:`, except on this machine. */
  apiUrl: string
  credentials: Credentials
  /** Other secrets to remove from all messages. */
  secrets?: readonly (string | undefined)[] | undefined
  /** Aborts all requests, which then reject with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Called with one sentence about each failed attempt that will be retried. */
  onWarning?: ((message: string) => void) | undefined
}

/**
 * The platform's Developer and Customer APIs, one function per endpoint. A tag is `name`, `name@MAJOR` (its highest minor) or
 * `name@MAJOR.MINOR`. int64 values stay strings, as on the wire; unknown fields are kept; the token for a private registry
 * is removed from every record. Every function throws {@link ByteNiteError}, or the signal's reason.
 * @example const { status } = await client.apps.get('my-app')
 */
export interface Client {
  /** `/dev/apps` */
  readonly apps: PublishedApi<AppRecord>
  /** `/dev/engines` */
  readonly engines: PublishedApi<EngineRecord>
  /** `/dev/templates` */
  readonly templates: TemplatesApi
  /** `/customer/jobs` */
  readonly jobs: JobsApi
  /** `GET /dev/info`: the service's own description. */
  getInfo(): Promise<Record<string, unknown>>
  /** `POST /auth/login_link`, an addition of `bytenite-local`: a link that logs a browser in to its dashboard, once. It is a secret. */
  createLoginLink(): Promise<LoginLinkResponse>
}

const LoginLink = v.looseObject({ link: v.pipe(v.string(), v.url()), expiresIn: v.string() })

const OPTION_NAMES = namesOf<ClientOptions>({
  apiUrl: true,
  credentials: true,
  retries: true,
  timeout: true,
  secrets: true,
  signal: true,
  onWarning: true,
})
const CREDENTIAL_NAMES = namesOf<Pick<ConnectionOptions, 'apiKey' | 'accessToken'>>({ apiKey: true, accessToken: true })

/**
 * Creates a client for one platform and one account. Sends nothing yet: the first call exchanges an API key for an access
 * token, and later calls renew it shortly before it expires. The client need not be closed.
 * @throws {ByteNiteError} `INVALID_OPTION`, `NO_CREDENTIALS`
 */
export function createClient(options: ClientOptions): Client {
  checkOptionNames(options, OPTION_NAMES)
  checkOptionNames(options.credentials, CREDENTIAL_NAMES, 'credentials')
  const { apiUrl, retries, timeout, credentials, secrets, signal, onWarning } = options
  const connection = resolveConnection({ apiUrl, retries, timeout, ...credentials }, {})
  const transport = createTransport({ ...connection, credentials: requireCredentials(connection), secrets, signal, onWarning })
  return {
    apps: publishedApi(transport, 'apps'),
    engines: publishedApi(transport, 'engines'),
    templates: templatesApi(transport),
    jobs: jobsApi(transport, signal),
    getInfo: () =>
      transport.call({
        method: 'GET',
        path: '/dev/info',
        read: (response) => parseResponse(v.looseObject({}), response, 'information about the service'),
      }),
    createLoginLink: () =>
      transport.call({
        method: 'POST',
        path: '/auth/login_link',
        isSecret: true,
        read: (response) => parseResponse(LoginLink, response, 'a link to log in with'),
        hints: { 404: 'Only bytenite-local has a dashboard.' },
      }),
  }
}
