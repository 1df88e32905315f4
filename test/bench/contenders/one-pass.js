import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { request } from 'undici'

const HEAD = '{"data":"'
const TAIL = '"}'

/** Bytes that are encoded and sent at a time, at least: a library may yield a header of 512 bytes alone. */
const WINDOW = 48 * 1024

/**
 * What all who publish with a library for tar have in common: the tar is made once, and hashed while it is sent. Its size is
 * not known before, so that it travels in chunks.
 * @param {(directory: string) => AsyncIterable<Uint8Array>} pack
 */
export async function uploadInOnePass(pack) {
  const [directory = '', url = ''] = process.argv.slice(2)
  const hash = createHash('sha256')
  const { statusCode, body } = await request(`${url}/dev/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Readable.from(jsonBody(pack(directory), hash), { objectMode: false }),
  })
  const response = await body.text()
  if (statusCode !== 200) throw new Error(`The upload got a ${statusCode}: ${response}`)
  const digest = hash.digest()
  const arrived = JSON.parse(response).hash
  if (arrived !== undefined && arrived !== digest.toString('base64')) throw new Error('Something else arrived than what was hashed.')
  console.log(digest.toString('hex'))
}

/**
 * @param {AsyncIterable<Uint8Array>} chunks
 * @param {import('node:crypto').Hash} hash takes all of them
 */
async function* jsonBody(chunks, hash) {
  yield Buffer.from(HEAD)
  /** @type {Uint8Array[]} */
  let gathered = []
  let length = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    gathered.push(chunk)
    length += chunk.length
    if (length < WINDOW) continue
    const bytes = Buffer.concat(gathered)
    // Only whole groups of three bytes can be encoded before the end without padding in between.
    const whole = length - (length % 3)
    yield encode(bytes.subarray(0, whole))
    gathered = [bytes.subarray(whole)]
    length -= whole
  }
  yield encode(Buffer.concat(gathered))
  yield Buffer.from(TAIL)
}

/** @param {Buffer} bytes */
function encode(bytes) {
  return Buffer.from(bytes.toString('base64'), 'latin1')
}
