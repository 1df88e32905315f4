import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signature is for. One that was made for something else is not valid. */
export type Purpose = 'token' | 'link' | 'session' | 'form'

/** Signs texts, so that they need not be stored to be known again. */
export class Signatures {
  readonly #key: Buffer

  constructor(key: Buffer) {
    this.#key = key
  }

  sign(purpose: Purpose, ...parts: string[]): string {
    return createHmac('sha256', this.#key)
      .update([purpose, ...parts].join('\n'))
      .digest('base64url')
  }

  isValid(signature: string, purpose: Purpose, ...parts: string[]): boolean {
    return isSame(signature, this.sign(purpose, ...parts))
  }
}

/** Compares in constant time, so that the duration does not reveal where two strings differ. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
