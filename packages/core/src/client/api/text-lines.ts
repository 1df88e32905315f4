import { invalidResponse } from '../http/parse-response.js'

/** Characters of a line. Those of events and logs are much shorter. */
const MAX_LINE = 16 * 1024 * 1024

/** The lines of a text that arrives in pieces, without their ends. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, call: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw tooLong(call)
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  if (rest !== '') yield rest
}

function tooLong(call: string): Error {
  const response = { call, status: 200, headers: {}, text: '' }
  return invalidResponse(response, 'lines of a usual length', 'one has more than 16 MiB').toError({ attempts: 1 })
}
