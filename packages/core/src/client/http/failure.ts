import { ByteNiteError, type ByteNiteErrorCode, type ByteNiteErrorOptions } from '../../errors.js'

export interface FailureOptions extends Omit<ByteNiteErrorOptions, 'cause'> {
  /** Only its message and code: the original may hold what was sent or received. */
  cause?: { message: string; code?: string | undefined } | undefined
  /** Whether it may pass, so that the same request is worth another attempt. */
  isTransient?: boolean
  /** Whether the platform may have done what it was asked to, and only its response was lost. */
  mayHaveActed?: boolean
  /** Milliseconds to wait, as the platform asks for. */
  retryAfter?: number | undefined
}

/** One attempt at a request that failed, with all that decides about another one. Never leaves the client. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: ByteNiteErrorCode
  readonly options: FailureOptions

  constructor(code: ByteNiteErrorCode, summary: string, options: FailureOptions = {}) {
    super(summary)
    this.code = code
    this.options = options
  }

  /** The same, with every text that came from elsewhere as `redact` leaves it. */
  redacted(redact: (text: string) => string): Failure {
    const { requestId, cause, ...options } = this.options
    return new Failure(this.code, redact(this.message), {
      ...options,
      requestId: requestId && redact(requestId),
      cause: cause && Object.assign(new Error(redact(cause.message)), { code: cause.code && redact(cause.code) }),
    })
  }

  /** What the caller gets. */
  toError({ attempts, hint = this.options.hint }: { attempts: number; hint?: string | undefined }): ByteNiteError {
    const summary = attempts > 1 ? `${this.message} (${attempts} attempts)` : this.message
    // Words of the platform may end with a full stop of their own.
    return new ByteNiteError(this.code, summary.replace(/[^.!?…]$/, '$&.'), { ...this.options, hint })
  }
}
