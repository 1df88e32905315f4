import { join, resolve } from 'node:path'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { createJobs, workDirectory } from '../jobs/create-jobs.js'
import type { Jobs } from '../jobs/jobs.js'
import type { JobLimits } from '../jobs/limits.js'
import type { Runner } from '../runners/runner.js'
import { defaultDirectory } from '../utils/defaults.js'
import { createApi } from './api.js'
import { createDashboard } from '../dashboard/dashboard.js'
import { LoginLinks } from '../dashboard/session/login-links.js'
import { Sessions } from '../dashboard/session/sessions.js'
import { Auth } from '../http/auth.js'
import { Signatures } from '../http/signatures.js'
import { checkApiKey, checkIdleTimeout, checkPositive, checkPublicUrl, checkStoredKey } from './configuration.js'
import { Closing } from '../http/closing.js'
import { endWhenRevoked } from '../http/end-when-revoked.js'
import { requestLog, type RequestLogEntry } from '../http/request-log.js'
import { listen, type LocalServer } from './listen.js'
import { resolveListenOptions, type ListenOptions } from './listen-options.js'
import { resolvePlace, type PlaceOptions } from './place.js'
import { Store } from '../store/store.js'
import { StoredKeyRing } from '../store/key-ring.js'

export interface LocalPlatformOptions extends PlaceOptions {
  /**
   * Directory for apps, engines, templates and the API key. It must be empty, absent, or one that was used before.
   * @default the user's data directory, such as ~/.local/share/bytenite-local
   */
  directory?: string | undefined
  /** The API key to accept, of at least 20 characters; it is not stored. @default a key that is created at the first start and stored */
  apiKey?: string | undefined
  /** Called for each damaged file in the directory, which is not used, and for what is wrong with a certificate. @default prints to stderr */
  onWarning?: ((message: string) => void) | undefined
  /**
   * Addresses by which requests may come from other machines, through a tunnel or a proxy, each a scheme and a host, such
   * as `https://platform.example`. Requests to other hosts than these and the loopback names are refused.
   */
  publicUrls?: readonly string[] | undefined
  /** Milliseconds that a request may take for its headers, or pause in its body, before the platform gives it up. @default 60_000 */
  idleTimeout?: number | undefined
  /** Attempts of tasks, partitioners and assemblers that run at once. @default the cores that this process may use; with Slurm, 1000 */
  concurrency?: number | undefined
  /** What a job may use. */
  limits?: Partial<JobLimits> | undefined
  /** Called after each request, with what a log may say of it. @default nothing is logged */
  onRequest?: ((entry: RequestLogEntry) => void) | undefined
}

/** A platform that does not listen yet. */
export interface LocalPlatform {
  /** Absolute path. */
  readonly directory: string
  readonly apiKey: string
  /** Whether the API key was created by this call. */
  readonly isNewKey: boolean
  /** Handles one request, to one of the hosts that the platform serves. */
  fetch(request: Request): Promise<Response>
  /**
   * Listens on the loopback interface, or where the options say.
   * @throws {ConfigurationError} `INVALID_OPTION` for options that are not safe together, or `INVALID_CERTIFICATE`
   * @throws {Error} with the system's `code`, such as `EADDRINUSE`
   */
  listen(options?: ListenOptions): Promise<PlatformServer>
  /** Closes all servers, and lets another platform use the directory. Until then, requests are answered with 503. */
  close(options?: CloseOptions): Promise<void>
}

/** A server of a platform. */
export interface PlatformServer extends LocalServer {
  /** A link that logs a browser in to the dashboard, once, within ten minutes: a secret. */
  createLoginLink(): string
}

export interface CloseOptions {
  /**
   * Milliseconds in which running tasks and requests under way may end. New ones are refused. Tasks that run longer are ended,
   * and run again at the next start.
   * @default 0
   */
  grace?: number | undefined
}

const DEFAULT_IDLE_TIMEOUT = 60_000

/** Node has no longer timers. */
const MAX_GRACE = 2 ** 31 - 1

/**
 * Creates a ByteNite platform on this machine: the same API and rules, on plain files. Until it is closed, no other
 * platform can use its directory.
 * @throws {ConfigurationError} `INVALID_OPTION`, `INVALID_KEY_FILE`, `NO_CONTAINER_ENGINE` or `NO_SLURM`
 * @throws {StoreError} `DIRECTORY_IN_USE`, `FOREIGN_DIRECTORY` or `UNKNOWN_FORMAT`
 */
export function createLocalPlatform(options: LocalPlatformOptions = {}): LocalPlatform {
  const directory = resolve(options.directory ?? defaultDirectory())
  const givenKey = options.apiKey === undefined ? undefined : checkApiKey(options.apiKey)
  const publicUrls = (options.publicUrls ?? []).map(checkPublicUrl)
  const idleTimeout = checkIdleTimeout(options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT)
  const concurrency = checkPositive('concurrency', options.concurrency)
  const { onWarning = console.warn, onRequest } = options
  const warn = (message: string): void => onWarning(plainText(message))
  const createRunner = resolvePlace(options)
  const store = new Store(directory, warn)
  const { apiKey, isNewKey, keys, signingKey } = openKeys(store, directory, givenKey, warn)
  const closing = new Closing()
  const before = [
    ...(onRequest === undefined ? [] : [requestLog(onRequest, (id) => keys.nameOf(id))]),
    closing.middleware,
    endWhenRevoked((id) => keys.isValid(id)),
  ]
  const { jobs, runner } = openJobs(
    store,
    directory,
    () => createRunner({ root: workDirectory(directory), state: join(directory, 'workers'), concurrency, onWarning: warn }),
    options.limits,
    warn,
  )
  const signatures = new Signatures(signingKey)
  const loginLinks = new LoginLinks()
  const dashboard = createDashboard(store, jobs, new Sessions(keys, signatures), loginLinks)
  const api = createApi(store, jobs, new Auth(keys, signatures), {
    publicUrls,
    idleTimeout,
    before,
    dashboard,
    loginLinks,
    remote: runner.remote,
  })
  const servers = new Set<LocalServer>()
  let isClosed = false
  const assertOpen = (): void => {
    if (isClosed) throw new Error('This platform is closed.')
  }
  return {
    directory,
    apiKey,
    isNewKey,
    async fetch(request) {
      assertOpen()
      return api.fetch(request, {})
    },
    async listen(options = {}) {
      assertOpen()
      const server = await listen(resolveListenOptions(options, publicUrls), { fetch: api.fetch, idleTimeout, publicUrls, onWarning: warn })
      if (isClosed) await server.close()
      assertOpen()
      servers.add(server)
      store.setPort(server.port)
      runner.remote?.listening(new URL(server.apiUrl).origin)
      return { ...server, createLoginLink: () => new URL(loginLinks.create(keys.ownId), server.apiUrl).href }
    },
    async close({ grace = 0 } = {}) {
      isClosed = true
      const patience = Math.min(grace, MAX_GRACE)
      await Promise.all([closing.close(patience), jobs.close(patience)])
      await Promise.all([...servers].map((server) => server.close()))
      store.close()
    },
  }
}

/** Does not leave the directory locked if there is something that cannot be read. */
function openJobs(
  store: Store,
  directory: string,
  createRunner: () => Runner,
  limits: Partial<JobLimits> | undefined,
  onWarning: (message: string) => void,
): { jobs: Jobs; runner: Runner } {
  try {
    const runner = createRunner()
    const jobs = createJobs({ directory, store, runner, findSecret: (id) => store.secrets.secret(id), limits, onWarning })
    return { jobs, runner }
  } catch (error) {
    store.close()
    throw error
  }
}

interface Keys {
  apiKey: string
  isNewKey: boolean
  keys: StoredKeyRing
  signingKey: Buffer
}

/** Does not leave the directory locked if there is no key to start with. */
function openKeys(store: Store, directory: string, givenKey: string | undefined, onWarning: (message: string) => void): Keys {
  try {
    const { value, isNew } = givenKey === undefined ? store.apiKey() : { value: givenKey, isNew: false }
    if (givenKey === undefined) checkStoredKey(value, join(directory, 'api-key'))
    return { apiKey: value, isNewKey: isNew, keys: new StoredKeyRing(directory, value, onWarning), signingKey: store.signingKey() }
  } catch (error) {
    store.close()
    throw error
  }
}
