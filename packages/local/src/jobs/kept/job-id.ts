import { randomBytes } from 'node:crypto'

let last = 0n

/** A new UUID of version 7 (RFC 9562): in their order as texts, IDs are in the order in which they were made. */
export function createJobId(): string {
  // Milliseconds, followed by 12 bits that tell IDs of the same millisecond apart.
  const now = BigInt(Date.now()) << 12n
  last = now > last ? now : last + 1n
  const time = (last >> 12n).toString(16).padStart(12, '0')
  const count = (last & 0xfffn).toString(16).padStart(3, '0')
  const random = randomBytes(8)
  random[0] = ((random[0] as number) & 0x3f) | 0x80
  const rest = random.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${rest.slice(0, 4)}-${rest.slice(4)}`
}

export const JOB_ID: RegExp = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
