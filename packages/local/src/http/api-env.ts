import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'

/** What routes find in their context, in Hono's terms. */
export interface ApiEnv {
  /** Node's request and response; absent when there is no server. */
  Bindings: Partial<HttpBindings>
  Variables: {
    /** The platform's address as the client knows it, such as `http://127.0.0.1:2983`. */
    baseUrl: string
    /** Milliseconds that a request's body may pause. */
    idleTimeout: number
    /** The ID of the API key that the access token was issued for; set where a token is needed. */
    keyId: string
    /** Whether whoever gets the response asks again for what is missing of it, so that a platform that closes need not wait. */
    mayBeCut?: boolean
  }
}

export type ApiContext = Context<ApiEnv>
