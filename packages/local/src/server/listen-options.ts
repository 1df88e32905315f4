import { ConfigurationError } from './configuration.js'

/** Where and how a platform listens. */
export interface ListenOptions {
  /** 0 picks a free one. @default 0 */
  port?: number | undefined
  /**
   * Name or address of the interface to listen on, such as `0.0.0.0` for all of them. One that other machines can reach needs
   * `tls` or `behindProxy`, and a public URL.
   * @default '127.0.0.1'
   */
  host?: string | undefined
  /** Serves HTTPS with this certificate. @default HTTP */
  tls?: TlsFiles | undefined
  /** Whether all other machines connect through a proxy that encrypts. @default false */
  behindProxy?: boolean | undefined
}

/** Paths of PEM files. They are read again when they change, such as after a renewal. */
export interface TlsFiles {
  /** The certificate, followed by those of its authorities that clients need. */
  cert: string
  /** The certificate's private key, without a passphrase. */
  key: string
}

/** Options that may be used together. */
export interface ResolvedListenOptions {
  port: number
  host: string
  isLoopback: boolean
  tls: TlsFiles | undefined
}

/**
 * @param publicUrls those of the platform
 * @throws {ConfigurationError} `INVALID_OPTION` for options that may not be used together
 */
export function resolveListenOptions(
  { port = 0, host = '127.0.0.1', tls, behindProxy = false }: ListenOptions,
  publicUrls: readonly string[],
): ResolvedListenOptions {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigurationError('INVALID_OPTION', `Invalid port ${port}: expected a whole number from 0 to 65535.`)
  }
  const isLoopback = LOOPBACK.test(host)
  if (!isLoopback && tls === undefined && !behindProxy) {
    throw new ConfigurationError(
      'INVALID_OPTION',
      `Other machines can reach ${host}, and without TLS anyone on the way can read API keys. Add --cert and --key, or --behind-proxy if a proxy in front of it encrypts.`,
    )
  }
  if (!isLoopback && publicUrls.length === 0) {
    throw new ConfigurationError(
      'INVALID_OPTION',
      `To serve other machines on ${host}, add --public-url with the address that they use, such as https://platform.example.`,
    )
  }
  return { port, host, isLoopback, tls }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i
