import { sendRequest, type RawResponse } from './send-request.ts'

export interface Dashboard {
  /** The origin, such as `http://127.0.0.1:2983`. */
  origin: string
  cookie: string
  /** What the forms of a page have. */
  token: string
  /** The HTML of a page. */
  page(path: string): Promise<string>
  get(path: string, headers?: Record<string, string>): Promise<RawResponse>
  /** Sends a form as a page of the platform would. */
  send(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<RawResponse>
}

/** Logs in with an API key, as a browser does. */
export async function logIn({ apiUrl, apiKey }: { apiUrl: string; apiKey: string }): Promise<Dashboard> {
  const { origin } = new URL(apiUrl)
  const response = await sendForm(`${origin}/login`, { apiKey }, { origin })
  if (response.status !== 303) throw new Error(`Logging in: ${response.status} ${String(response.body)}`)
  const cookie = cookieOf(response)
  const get = (path: string, headers: Record<string, string> = {}): Promise<RawResponse> =>
    sendRequest(origin + path, { headers: { cookie, accept: 'text/html', ...headers } })
  const page = async (path: string): Promise<string> => {
    const { status, body } = await get(path)
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${String(body)}`)
    return String(body)
  }
  const token = /data-token="([^"]+)"/.exec(await page('/jobs'))?.[1] ?? ''
  return {
    origin,
    cookie,
    token,
    page,
    get,
    send: (path, fields = {}, headers = {}) =>
      sendForm(origin + path, { token, ...fields }, { origin, cookie, accept: 'text/html', ...headers }),
  }
}

export function sendForm(url: string, fields: Record<string, string>, headers: Record<string, string>): Promise<RawResponse> {
  return sendRequest(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })
}

/** The cookie that a response sets, as a request sends it. */
export function cookieOf({ headers }: RawResponse): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}
