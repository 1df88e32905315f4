/** What routes find in their context, in Hono's terms. */
export interface ApiEnv {
  Variables: {
    /** The platform's address as the client knows it, such as `http://127.0.0.1:2983`. */
    baseUrl: string
  }
}
