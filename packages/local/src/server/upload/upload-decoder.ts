import type { Readable } from 'node:stream'
import { jsonParser, type parser } from 'stream-json/core/parser.js'
import { Refusal } from '../http/refusal.js'

/**
 * Decodes the body of an upload, `{"data": base64}`, as it arrives: a tar of any size passes in constant memory.
 * @throws {Refusal} 400, also at the end, when the JSON turns out to be incomplete
 */
export async function* decodeUpload(body: Readable): AsyncGenerator<Buffer> {
  const parse = createParser()
  const base64 = new Base64Decoder()
  let depth = 0
  let isComplete = false
  let key: string | undefined
  let isInData = false
  let hasData = false
  let endsInEscape = false
  for await (const chunk of body as AsyncIterable<Buffer>) {
    let start = 0
    if (isInData && !endsInEscape) {
      // Nearly all of an upload is plain text in this one string, which the parser would take apart.
      start = endOfPlainText(chunk)
      yield* base64.decode(chunk.toString('latin1', 0, start))
    }
    const text = chunk.toString('latin1', start)
    endsInEscape = text.slice(-LONGEST_ESCAPE).includes('\\')
    for (const token of parse(text)) {
      const { name } = token
      if (name === 'startObject' || name === 'startArray') depth++
      else if (name === 'endObject' || name === 'endArray') depth--
      else if (name === 'keyValue' && depth === 1) key = token.value
      else if (name === 'startString' && depth === 1 && key === 'data') isInData = hasData = true
      else if (name === 'stringChunk' && isInData) yield* base64.decode(token.value)
      else if (name === 'endString' && isInData) {
        isInData = false
        yield base64.end()
      }
      isComplete = depth === 0
    }
  }
  if (!isComplete) throw new Refusal(400, 'the body is not valid JSON: it ends too early')
  if (!hasData) throw new Refusal(400, 'the body has no string "data" with the archive in base64')
}

/** Characters of `\uXXXX`, of which the end may come with the next chunk. */
const LONGEST_ESCAPE = 6

/** Where a string ends, or something in it that only a parser understands. */
function endOfPlainText(chunk: Buffer): number {
  const ends = ['"', '\\'].map((character) => chunk.indexOf(character)).filter((index) => index !== -1)
  return Math.min(chunk.length, ...ends)
}

function createParser(): (text: string) => readonly parser.Token[] {
  const parse = jsonParser({ packStrings: false, streamKeys: false, streamNumbers: false })
  return (text) => {
    try {
      // Tokens, or a symbol when there are none.
      const result = parse(text) as { values?: parser.Token[] }
      return result.values ?? []
    } catch (error) {
      throw new Refusal(400, `the body is not valid JSON: ${(error as Error).message}`)
    }
  }
}

/** Strict standard base64 in pieces of any length. */
class Base64Decoder {
  /** Less than two groups of four: padding may only be in the very last one. */
  #rest = ''

  end(): Buffer {
    if (this.#rest.length % 4 !== 0) throw new Refusal(400, '"data" is not base64: its length is not a multiple of four')
    return decodeGroups(this.#rest, this.#rest.endsWith('==') ? 2 : this.#rest.endsWith('=') ? 1 : 0)
  }

  *decode(text: string): Generator<Buffer> {
    const all = this.#rest + text
    const length = Math.max(0, all.length - (all.length % 4) - 4)
    this.#rest = all.slice(length)
    if (length > 0) yield decodeGroups(all.slice(0, length), 0)
  }
}

/** Node leaves out what is not base64, so that less comes out, and takes the alphabet for URLs as well. */
function decodeGroups(text: string, padding: number): Buffer {
  const bytes = Buffer.from(text, 'base64')
  const isWhole = bytes.length === (text.length / 4) * 3 - padding
  if (!isWhole || text.includes('-') || text.includes('_')) throw new Refusal(400, '"data" is not base64')
  return bytes
}
