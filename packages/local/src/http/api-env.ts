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
    /** Who uses the dashboard; set in its pages, as are the next two. */
    session: Session
    /** For the forms of a page. */
    formToken: string
    /** The fields of a form that was sent. */
    form: URLSearchParams
  }
}

/** Somebody who is logged in to the dashboard. */
export interface Session {
  id: string
  /** The ID of the API key that was used. */
  keyId: string
}

export type ApiContext = Context<ApiEnv>
