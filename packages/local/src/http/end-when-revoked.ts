import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-env.js'

/** Milliseconds between two looks at the key of a request that lasts. */
const INTERVAL = 2_000

/**
 * Ends requests that last, such as streams of events, when their API key is revoked.
 * @param isValid whether the key with this ID is still accepted
 */
export function endWhenRevoked(isValid: (keyId: string) => boolean): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { outgoing } = c.env
    if (outgoing !== undefined) {
      const endIfRevoked = (): void => {
        const keyId: string | undefined = c.get('keyId')
        if (keyId !== undefined && !isValid(keyId)) outgoing.destroy()
      }
      const timer = setInterval(endIfRevoked, INTERVAL).unref()
      outgoing.once('close', () => clearInterval(timer))
    }
    await next()
  }
}
