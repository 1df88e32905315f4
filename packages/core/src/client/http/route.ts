/** One request, as it goes over the wire. */
interface RouteRequest {
  url: URL
  method: string
  headers: Record<string, string>
  body: AsyncIterable<Uint8Array> | undefined
}

/** A response whose body has yet to arrive. */
interface RouteResponse {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: AsyncIterable<Buffer>
}

/** The way to a server, for one request: a connection of its own, so that none starts on a dead one or leaves one open. */
export interface Route {
  hasProxy: boolean
  /**
   * Waits for the start of the response, without limit except for connecting.
   * @throws an error of the library, for `networkFailure()`
   */
  send(request: RouteRequest): Promise<RouteResponse>
  /** Ends the request, even if it has no connection yet, and closes the connection. */
  close(): Promise<void>
}

/** Milliseconds to connect to a server. The operating system's own limit is longer. */
export const CONNECT_TIMEOUT = 10_000
