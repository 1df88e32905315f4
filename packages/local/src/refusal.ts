type RefusalStatus = 400 | 401 | 403 | 404 | 408 | 409 | 413 | 421 | 503

/** Something that the platform refuses to do. Thrown anywhere, and turned into the response to a request in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: RefusalStatus

  constructor(status: RefusalStatus, reason: string) {
    super(reason)
    this.status = status
  }
}
