import { jsonParser, type parser } from 'stream-json/core/parser.js'
import { Refusal } from '../../refusal.js'

/**
 * Decodes the body of an upload, `{"data": base64}` or, of an engine, `{"engineData": base64}`, as it arrives, in constant memory for a tar of any size.
 * @throws {Refusal} 400; for incomplete JSON only at the end
 */
export async function* decodeUpload(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const parse = createParser()
  const base64 = new Base64Decoder()
  let depth = 0
  let isComplete = false
  let key = ''
  let isInKey = false
  let isInData = false
  let hasData = false
  let endsInEscape = false
  for await (const chunk of body) {
    let start = 0
    if (isInData && !endsInEscape) {
      // Nearly all of an upload is plain text in this one string, and decoding it directly is much faster than parsing it.
      start = endOfPlainText(chunk)
      yield* base64.decode(chunk.toString('latin1', 0, start))
    }
    const text = chunk.toString('latin1', start)
    endsInEscape = text.slice(-LONGEST_ESCAPE).includes('\\')
    for (const token of parse(text)) {
      const { name } = token
      if (name === 'startObject' || name === 'startArray') depth++
      else if (name === 'endObject' || name === 'endArray') depth--
      else if (name === 'startKey' && depth === 1) {
        isInKey = true
        key = ''
      } else if (name === 'endKey') isInKey = false
      else if (name === 'stringChunk' && isInKey) key = (key + token.value).slice(0, KEPT_OF_KEY)
      else if (name === 'startString' && depth === 1 && ARCHIVE_KEYS.has(key)) isInData = hasData = true
      else if (name === 'stringChunk' && isInData) yield* base64.decode(token.value)
      else if (name === 'endString' && isInData) {
        isInData = false
        yield base64.end()
      }
      isComplete = depth === 0
      if (depth > MAX_DEPTH) throw new Refusal(400, `the body is nested more than ${MAX_DEPTH} levels deep`)
    }
  }
  if (!isComplete) throw new Refusal(400, 'the body is not valid JSON: it ends too early')
  if (!hasData) throw new Refusal(400, 'the body needs a string "data": the archive in base64')
}

/** The parser remembers each level. */
const MAX_DEPTH = 1000

const ARCHIVE_KEYS = new Set(['data', 'engineData'])

/** Enough to tell a longer key from those. */
const KEPT_OF_KEY = 'engineData'.length + 1

/** Length of `\uXXXX`, which may be split between two chunks. */
const LONGEST_ESCAPE = 6

/** The index of the first quote or backslash, from where on the parser is needed. */
function endOfPlainText(chunk: Buffer): number {
  const ends = ['"', '\\'].map((character) => chunk.indexOf(character)).filter((index) => index !== -1)
  return Math.min(chunk.length, ...ends)
}

function createParser(): (text: string) => readonly parser.Token[] {
  // In pieces, because also a key or a number can be of any length.
  const parse = jsonParser({ packValues: false })
  return (text) => {
    try {
      // The tokens, or a symbol if there are none.
      const result = parse(text) as { values?: parser.Token[] }
      return result.values ?? []
    } catch (error) {
      throw new Refusal(400, `the body is not valid JSON: ${(error as Error).message}`)
    }
  }
}

/** Decodes strict standard base64 from pieces of any length. */
class Base64Decoder {
  /** Fewer than eight characters. The last group is held back, because only it may have padding. */
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

/** Node skips invalid characters, so that fewer bytes come out, and also accepts the URL-safe alphabet. */
function decodeGroups(text: string, padding: number): Buffer {
  const bytes = Buffer.from(text, 'base64')
  const isWhole = bytes.length === (text.length / 4) * 3 - padding
  if (!isWhole || text.includes('-') || text.includes('_')) throw new Refusal(400, '"data" is not base64')
  return bytes
}
