import { ByteNiteError, type ByteNiteErrorCode, type ByteNiteErrorOptions } from '../../errors.js'

export interface FailureOptions extends Omit<ByteNiteErrorOptions, 'cause'> {
  /** Only its message and code, because the original may contain the request or response. */
  cause?: { message: string; code?: string | undefined } | undefined
  /** Whether the problem may be temporary, so that a retry makes sense. */
  isTransient?: boolean
  /** Whether the platform may have carried out the request, and only its response was lost. */
  mayHaveActed?: boolean
  /** Milliseconds that the platform wants the client to wait. */
  retryAfter?: number | undefined
}

/** A failed attempt at a request, with everything that decides about a retry. Never leaves the client. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: ByteNiteErrorCode
  readonly options: FailureOptions

  constructor(code: ByteNiteErrorCode, summary: string, options: FailureOptions = {}) {
    super(summary)
    this.code = code
    this.options = options
  }

  /** A copy with all foreign text redacted. */
  redacted(redact: (text: string) => string): Failure {
    const { requestId, cause, ...options } = this.options
    return new Failure(this.code, redact(this.message), {
      ...options,
      requestId: requestId && redact(requestId),
      cause: cause && Object.assign(new Error(redact(cause.message)), { code: cause.code && redact(cause.code) }),
    })
  }

  /** Converts it to the error that the caller gets. */
  toError({ attempts, hint = this.options.hint }: { attempts: number; hint?: string | undefined }): ByteNiteError {
    const summary = attempts > 1 ? `${this.message} (${attempts} attempts)` : this.message
    // Text from the platform may already end with a full stop.
    return new ByteNiteError(this.code, summary.replace(/[^.!?…]$/, '$&.'), { ...this.options, hint })
  }
}
