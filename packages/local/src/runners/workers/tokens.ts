import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A secret of a batch: it may claim attempts. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** The token of one attempt of a batch: it may report about that, and nothing else. */
export function attemptToken(secret: string, index: number): string {
  return createHmac('sha256', secret).update(`attempt ${index}`).digest('base64url')
}

export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
