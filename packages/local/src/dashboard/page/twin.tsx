import type { JSX } from 'hono/jsx/jsx-runtime'
import { shellWord } from '../../utils/shell-word.js'
import { Copyable } from './parts.js'
import { shownJsonLine } from './shown-json.js'

interface TwinProps {
  /** The arguments of `bytenite-local`; absent if no command does this. */
  command?: string | undefined
  /** Method and path below the API's address, such as `GET /customer/jobs`. */
  call: string
  /** JSON, for the call. What is secret in it is masked. */
  body?: object | undefined
}

/** How to do without the dashboard what a page does. */
export function Twin({ command, call, body }: TwinProps): JSX.Element {
  return (
    <details class="twin">
      <summary>The same from a shell</summary>
      {command !== undefined && <Copyable text={`npx bytenite-local ${command}`} label="Copy the command" />}
      <Copyable text={curlOf(call, body)} label="Copy the HTTP call" />
      <p>
        Both need <code>BYTENITE_API_URL</code> and <code>BYTENITE_API_KEY</code>, as <code>serve</code> prints them. The call also needs an
        access token:
      </p>
      <Copyable text={TOKEN} label="Copy the command for a token" />
    </details>
  )
}

const TOKEN = `TOKEN=$(curl -s "$BYTENITE_API_URL/auth/access_token" -d "{\\"apiKey\\":\\"$BYTENITE_API_KEY\\"}" | sed 's/.*"token":"\\([^"]*\\).*/\\1/')`

function curlOf(call: string, body: object | undefined): string {
  const [method = 'GET', path = ''] = call.split(' ')
  const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method]), '-H "Authorization: $TOKEN"', `"$BYTENITE_API_URL${path}"`]
  return [...parts, ...(body === undefined ? [] : [`-d ${shellWord(shownJsonLine(body))}`])].join(' ')
}
