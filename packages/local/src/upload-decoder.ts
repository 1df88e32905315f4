import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { parser } from 'stream-json'
import { Refusal } from './refusal.js'

/**
 * Decodes the body of an upload, `{"data": base64}`, as it arrives: a tar of any size passes in constant memory.
 * @throws {Refusal} 400, also at the end, when the JSON turns out to be incomplete
 */
export async function* decodeUpload(body: Readable): AsyncGenerator<Buffer> {
  const base64 = new Base64Decoder()
  let depth = 0
  let key: string | undefined
  let isInData = false
  let hasData = false
  for await (const { name, value } of tokensOf(body)) {
    if (name === 'startObject' || name === 'startArray') depth++
    else if (name === 'endObject' || name === 'endArray') depth--
    else if (name === 'keyValue' && depth === 1) key = value
    else if (name === 'startString' && depth === 1 && key === 'data') isInData = hasData = true
    else if (name === 'stringChunk' && isInData) {
      const bytes = base64.decode(value ?? '')
      if (bytes !== undefined) yield bytes
    } else if (name === 'endString' && isInData) {
      isInData = false
      yield base64.end()
    }
  }
  if (!hasData) throw new Refusal(400, 'the body has no string "data" with the archive in base64')
}

interface TextToken {
  name: string
  value?: string
}

async function* tokensOf(body: Readable): AsyncGenerator<TextToken> {
  const tokens = parser.asStream({ packStrings: false, streamKeys: false, streamNumbers: false })
  let broken: Error | undefined
  body.once('error', (error) => (broken = error))
  const feeding = pipeline(body, tokens).catch(() => {})
  try {
    for await (const token of tokens as AsyncIterable<TextToken>) yield token
  } catch (error) {
    // A connection that broke is no fault of the body's.
    throw broken ?? new Refusal(400, `the body is not valid JSON: ${(error as Error).message}`)
  } finally {
    tokens.destroy()
    await feeding
  }
}

/** The parser's pieces are short; this many characters are decoded at a time. */
const BATCH_SIZE = 256 * 1024

/** Strict standard base64 in pieces of any length. */
class Base64Decoder {
  #text = ''

  /** Decodes what has come together, if that is enough. */
  decode(text: string): Buffer | undefined {
    this.#text += text
    if (this.#text.length < BATCH_SIZE) return undefined
    // A group of four is kept back for the end, the only place for padding.
    return this.#take(this.#text.length - (this.#text.length % 4) - 4, /^[A-Za-z0-9+/]*$/)
  }

  end(): Buffer {
    if (this.#text.length % 4 !== 0) throw new Refusal(400, '"data" is not base64: its length is not a multiple of four')
    return this.#take(this.#text.length, /^[A-Za-z0-9+/]*={0,2}$/)
  }

  #take(length: number, pattern: RegExp): Buffer {
    const taken = this.#text.slice(0, length)
    this.#text = this.#text.slice(length)
    if (!pattern.test(taken)) throw new Refusal(400, '"data" is not base64')
    return Buffer.from(taken, 'base64')
  }
}
