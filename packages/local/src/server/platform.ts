import { join, resolve } from 'node:path'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { defaultDirectory } from '../utils/defaults.js'
import { createApi } from './api.js'
import { Auth } from './auth.js'
import { checkApiKey, checkIdleTimeout, checkPublicUrl, checkStoredKey } from './configuration.js'
import { listen, type LocalServer } from './listen.js'
import { Store } from './store/store.js'

export interface LocalPlatformOptions {
  /**
   * Directory for apps, engines, templates and the API key. It must be empty, absent, or one that was used before.
   * @default the user's data directory, such as ~/.local/share/bytenite-local
   */
  directory?: string | undefined
  /** The API key to accept, of at least 20 characters; it is not stored. @default a key that is created at the first start and stored */
  apiKey?: string | undefined
  /** Called for each damaged file in the directory, which is renamed and not used. @default prints to stderr */
  onWarning?: ((message: string) => void) | undefined
  /**
   * Addresses by which requests may come from other machines, through a tunnel or a proxy, each a scheme and a host, such
   * as `https://platform.example`. Requests to other hosts than these and the loopback names are refused.
   */
  publicUrls?: readonly string[] | undefined
  /** Milliseconds that a request may take for its headers, or pause in its body, before the platform gives it up. @default 60_000 */
  idleTimeout?: number | undefined
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
   * Listens on the loopback interface only.
   * @param port 0 picks a free one
   * @throws {Error} with the system's `code`, such as `EADDRINUSE`
   */
  listen(port?: number): Promise<LocalServer>
  /** Closes all servers, and lets another platform use the directory. */
  close(): Promise<void>
}

const DEFAULT_IDLE_TIMEOUT = 60_000

/**
 * Creates a ByteNite platform on this machine: the same API and rules, on plain files. Until it is closed, no other
 * platform can use its directory.
 * @throws {ConfigurationError} `INVALID_OPTION` or `INVALID_KEY_FILE`
 * @throws {StoreError} `DIRECTORY_IN_USE`, `FOREIGN_DIRECTORY` or `UNKNOWN_FORMAT`
 */
export function createLocalPlatform(options: LocalPlatformOptions = {}): LocalPlatform {
  const directory = resolve(options.directory ?? defaultDirectory())
  const givenKey = options.apiKey === undefined ? undefined : checkApiKey(options.apiKey)
  const publicUrls = (options.publicUrls ?? []).map(checkPublicUrl)
  const idleTimeout = checkIdleTimeout(options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT)
  const { onWarning = console.warn } = options
  const store = new Store(directory, (message) => onWarning(plainText(message)))
  const { value: apiKey, isNew: isNewKey } = givenKey === undefined ? readApiKey(store, directory) : { value: givenKey, isNew: false }
  const api = createApi(store, new Auth(apiKey), { publicUrls, idleTimeout })
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
    async listen(port = 0) {
      assertOpen()
      const server = await listen(api.fetch, port, idleTimeout)
      if (isClosed) await server.close()
      assertOpen()
      servers.add(server)
      store.setPort(Number(new URL(server.apiUrl).port))
      return server
    },
    async close() {
      isClosed = true
      await Promise.all([...servers].map((server) => server.close()))
      store.close()
    },
  }
}

/** Does not leave the directory locked if there is no key to start with. */
function readApiKey(store: Store, directory: string): { value: string; isNew: boolean } {
  try {
    const key = store.apiKey()
    checkStoredKey(key.value, join(directory, 'api-key'))
    return key
  } catch (error) {
    store.close()
    throw error
  }
}
