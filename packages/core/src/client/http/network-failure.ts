import { HOSTED_PLATFORM } from '../../connection/api-url.js'
import { Failure } from './failure.js'

/** The properties of errors from undici and Node. An error about several addresses contains more errors. */
interface NetworkError {
  code?: string
  message?: string
  errors?: NetworkError[]
  cause?: NetworkError
}

interface Explanation {
  /** What happened, after the request's method and URL. */
  what: string
  hint: string
  /** Whether a retry makes sense. @default true */
  isTransient?: boolean
}

interface Circumstances {
  /** The server's, with its port if that is not the usual one. */
  host: string
  /** Whether the server may have received the whole request. */
  isSent: boolean
  /** Whether a proxy may be in between. */
  hasProxy: boolean
}

/** Explains why a request got no response. The libraries' own messages are about their internals. */
export function networkFailure(call: string, error: unknown, { host, isSent, hasProxy }: Circumstances): Failure {
  const codes = [...codesOf(error as NetworkError)]
  const text = String((error as NetworkError).message)
  const { what, hint: ownHint, isTransient = true } = explain(codes, text, host)
  const hint = hasProxy && !ownHint.includes('HTTPS_PROXY') ? `${ownHint} ${PROXY_HINT}` : ownHint
  return new Failure('UNREACHABLE', `${call} ${what}`, {
    hint,
    isTransient,
    mayHaveActed: isSent,
    cause: { message: text, code: codes[0] },
  })
}

function* codesOf(error: NetworkError | undefined): Generator<string> {
  if (error === undefined) return
  if (error.code !== undefined) yield error.code
  for (const inner of [...(error.errors ?? []), error.cause]) yield* codesOf(inner)
}

function explain(codes: readonly string[], text: string, host: string): Explanation {
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(text)?.[1]
  if (proxyStatus !== undefined) return explainProxy(Number(proxyStatus))
  if (codes.includes('ENOTFOUND') && host === HOSTED_PLATFORM) return HOSTED_PLATFORM_GONE
  for (const code of codes) {
    const explanation = explainCode(code)
    if (explanation !== undefined) return explanation
  }
  return { what: `failed: ${text}${codes[0] === undefined ? '' : ` (${codes[0]})`}`, hint: NETWORK_HINT }
}

const HOSTED_PLATFORM_GONE: Explanation = {
  what: 'failed: the host name could not be resolved',
  hint: 'The hosted platform has been shut down. Start one of your own with "npx bytenite-local serve", and set BYTENITE_API_URL to the address that it prints.',
  isTransient: false,
}

const NETWORK_HINT = 'Check the network and the address (BYTENITE_API_URL), then try again.'
export const PROXY_HINT = 'A proxy is set, so check HTTPS_PROXY, too. To bypass the proxy for a host, add it to NO_PROXY.'

function explainProxy(status: number): Explanation {
  if (status === 407) {
    return {
      what: 'was blocked by the proxy, which requires a login (407)',
      hint: 'Add the login to HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT.',
      isTransient: false,
    }
  }
  return { what: `was blocked by the proxy, which responded with ${status}`, hint: PROXY_HINT, isTransient: status >= 500 }
}

function explainCode(code: string): Explanation | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return {
        what: 'failed: nothing is listening at that address',
        hint: 'Check the address (BYTENITE_API_URL), and that the platform is running.',
      }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return { what: 'failed: the host name could not be resolved', hint: NETWORK_HINT }
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return {
        what: 'timed out while connecting',
        hint: 'Check the network and its firewall. Behind a proxy, set HTTPS_PROXY.',
      }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return { what: 'failed: the host is unreachable', hint: NETWORK_HINT }
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
    case 'UND_ERR_INFO':
    case 'UND_ERR_CLOSED':
      return {
        what: 'failed: the connection closed before the response was complete',
        hint: 'Try again later. If it keeps failing, a proxy or firewall may reject requests of this size.',
      }
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        what: `failed: the certificate has expired or is not valid yet (${code})`,
        hint: "Check this machine's clock. If it is right, the platform's certificate must be renewed.",
        isTransient: false,
      }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        what: 'failed: the certificate is for a different host',
        hint: 'Check the address (BYTENITE_API_URL).',
        isTransient: false,
      }
    case 'UND_ERR_PRX_TLS':
      return { what: 'failed: the connection to the proxy is not secure', hint: PROXY_HINT, isTransient: false }
  }
  if (CERTIFICATE_CODES.test(code)) {
    return {
      what: `failed: the certificate is not trusted (${code})`,
      hint: "If a proxy in your network decrypts connections, set NODE_EXTRA_CA_CERTS to the path of the proxy's CA certificate.",
      isTransient: false,
    }
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return {
      what: `failed: the TLS handshake failed (${code})`,
      hint: 'Check that the address is an https URL of the platform.',
      isTransient: false,
    }
  }
  if (code.startsWith('HPE_') || code.startsWith('UND_ERR_RES') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { what: `failed: the response is not HTTP (${code})`, hint: 'Check the address (BYTENITE_API_URL).' }
  }
  return undefined
}

/** OpenSSL's codes for a certificate chain without a trusted root. */
const CERTIFICATE_CODES = /SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|^CERT_|^ERR_TLS_CERT|^INVALID_CA$/
