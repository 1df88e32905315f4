import { Failure } from './failure.js'

/** What undici and Node attach to an error; those of several addresses have more below. */
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
  /** Whether another attempt makes sense. @default true */
  isTransient?: boolean
}

interface Circumstances {
  /** Whether the server may have got the whole request. */
  isSent: boolean
  /** Whether a proxy may stand between. */
  hasProxy: boolean
}

/** Explains why a request has no response, in words of its own: those of the libraries say what broke inside of them. */
export function networkFailure(call: string, error: unknown, { isSent, hasProxy }: Circumstances): Failure {
  const codes = [...codesOf(error as NetworkError)]
  const text = String((error as NetworkError).message)
  const { what, hint: ownHint, isTransient = true } = explain(codes, text)
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

function explain(codes: readonly string[], text: string): Explanation {
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(text)?.[1]
  if (proxyStatus !== undefined) return explainProxy(Number(proxyStatus))
  for (const code of codes) {
    const explanation = explainCode(code)
    if (explanation !== undefined) return explanation
  }
  return { what: `failed: ${text}${codes[0] === undefined ? '' : ` (${codes[0]})`}`, hint: NETWORK_HINT }
}

const NETWORK_HINT = 'Check the network and the address (BYTENITE_API_URL), then try again.'
export const PROXY_HINT = 'A proxy is set: check HTTPS_PROXY, too; NO_PROXY names the hosts to reach without it.'

function explainProxy(status: number): Explanation {
  if (status === 407) {
    return {
      what: 'was stopped by the proxy, which asks for a login (407)',
      hint: 'Put the login into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT.',
      isTransient: false,
    }
  }
  return { what: `was stopped by the proxy, which responded with ${status}`, hint: PROXY_HINT, isTransient: status >= 500 }
}

function explainCode(code: string): Explanation | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return { what: 'was refused: nothing listens there', hint: 'Check the address (BYTENITE_API_URL), and that the platform runs.' }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return { what: 'failed: the name of the host could not be resolved', hint: NETWORK_HINT }
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return {
        what: 'failed: no connection came about in time',
        hint: 'Check the network and its firewall; behind a proxy, set HTTPS_PROXY.',
      }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return { what: 'failed: the network has no way to that host', hint: NETWORK_HINT }
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
    case 'UND_ERR_INFO':
    case 'UND_ERR_CLOSED':
      return {
        what: 'failed: the connection was closed before there was a whole response',
        hint: 'Try again later. If it always breaks, something on the way may not let a body of this size pass.',
      }
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        what: `failed: the certificate is not valid at this time (${code})`,
        hint: "Check this machine's clock; if it is right, the platform's certificate needs to be renewed.",
        isTransient: false,
      }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        what: 'failed: the certificate is for another host',
        hint: 'Check the address (BYTENITE_API_URL).',
        isTransient: false,
      }
    case 'UND_ERR_PRX_TLS':
      return { what: 'failed: the connection to the proxy is not secure', hint: PROXY_HINT, isTransient: false }
  }
  if (CERTIFICATE_CODES.test(code)) {
    return {
      what: `failed: the certificate is not trusted (${code})`,
      hint: "If a proxy of your network decrypts connections, name its certificate's file in NODE_EXTRA_CA_CERTS.",
      isTransient: false,
    }
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return {
      what: `failed: no encrypted connection came about (${code})`,
      hint: 'Check that the address is one of https.',
      isTransient: false,
    }
  }
  if (code.startsWith('HPE_') || code.startsWith('UND_ERR_RES') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { what: `got a response that is not HTTP (${code})`, hint: 'Check the address (BYTENITE_API_URL).' }
  }
  return undefined
}

/** OpenSSL's names for a chain of certificates that does not lead to a trusted one. */
const CERTIFICATE_CODES = /SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|^CERT_|^ERR_TLS_CERT|^INVALID_CA$/
