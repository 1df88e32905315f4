import { setTimeout as sleep } from 'node:timers/promises'
import type { MiddlewareHandler } from 'hono'
import { Refusal } from '../refusal.js'
import type { ApiEnv } from './api-env.js'

/** Lets requests under way end when a platform closes, and refuses those that come then. */
export class Closing {
  readonly #underWay = new Set<object>()
  #isClosing = false
  #ended: () => void = () => {}

  readonly middleware: MiddlewareHandler<ApiEnv> = async (c, next) => {
    if (this.#isClosing) {
      c.header('connection', 'close')
      throw new Refusal(503, 'the platform is stopping; try again when it is back')
    }
    const { outgoing } = c.env
    if (outgoing === undefined) return next()
    const end = (): void => {
      this.#underWay.delete(outgoing)
      this.#ended()
    }
    this.#underWay.add(outgoing)
    outgoing.once('close', end)
    await next()
    if (c.get('mayBeCut') === true) end()
  }

  /** Resolves when all responses were sent but those that may be cut, or after so many milliseconds. */
  async close(grace: number): Promise<void> {
    this.#isClosing = true
    const timeout = new AbortController()
    const settled = new Promise<void>((resolve) => {
      this.#ended = () => {
        if (this.#underWay.size === 0) resolve()
      }
      this.#ended()
    })
    await Promise.race([settled, sleep(grace, undefined, { signal: timeout.signal }).catch(() => {})])
    timeout.abort()
  }
}
