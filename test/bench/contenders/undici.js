import { Readable } from 'node:stream'
import { request } from 'undici'

const HEAD = Buffer.from('{"data":"')
const TAIL = Buffer.from('"}')
const PIECE = Buffer.alloc(64 * 1024, 'A')

const [url = '', size = ''] = process.argv.slice(2)
const { statusCode, body } = await request(`${url}/dev/apps`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'content-length': size },
  body: Readable.from(jsonBody(Number(size) - HEAD.length - TAIL.length), { objectMode: false }),
})
const response = await body.text()
if (statusCode !== 200) throw new Error(`The upload got a ${statusCode}: ${response}`)

/** @param {number} characters */
async function* jsonBody(characters) {
  yield HEAD
  for (let left = characters; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left)
  yield TAIL
}
