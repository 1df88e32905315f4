import type { Context } from 'hono'
import type { ApiEnv } from '../http/api-env.js'

/** Somebody who is logged in. */
export interface Session {
  id: string
  /** The ID of the API key that was used. */
  keyId: string
}

/** What the dashboard's routes find in their context. */
export interface DashboardEnv {
  Bindings: ApiEnv['Bindings']
  Variables: ApiEnv['Variables'] & {
    session: Session
    /** For the forms of a page. */
    formToken: string
    /** The fields of a form that was sent. */
    form: URLSearchParams
  }
}

export type DashboardContext = Context<DashboardEnv>
