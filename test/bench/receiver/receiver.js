// Stands in for the platform, and does as little as it can: decodes and hashes each upload, and responds with its hash.
// Prints its address as the first line. With a file's name as an argument, the tar of the last upload is kept there.
// A thread of its own for the hash makes nothing faster: where there are two cores, the contender needs the other one.

import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { app } from '../contenders/app.js'
import { UploadDecoder } from './upload-decoder.js'

const [file] = process.argv.slice(2)

/** @type {{ hash: string, bodySize: number } | undefined} */
let lastUpload

const server = createServer((request, response) => {
  const call = `${request.method} ${request.url}`
  if (call === 'POST /v1/dev/apps') receive(request, response)
  else if (call === 'DELETE /v1/last') {
    respond(response, 200, lastUpload ?? null)
    lastUpload = undefined
  } else respond(response, 404, { ok: false })
})
// An upload may take as long as it takes.
server.requestTimeout = 0
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}/v1`)
})

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
function receive(request, response) {
  const hash = createHash('sha256')
  const kept = file === undefined ? undefined : openSync(file, 'w')
  const decoder = new UploadDecoder((bytes) => {
    hash.update(bytes)
    if (kept !== undefined) writeSync(kept, bytes)
  })
  let bodySize = 0
  request.on('data', (chunk) => {
    bodySize += chunk.length
    decoder.write(chunk)
  })
  // Who goes away before the end gets no response.
  request.on('error', () => {})
  request.on('close', () => kept !== undefined && closeSync(kept))
  request.on('end', () => {
    if (!decoder.isComplete()) return respond(response, 400, { ok: false, message: 'the body is not {"data":"BASE64"}' })
    const digest = hash.digest()
    lastUpload = { hash: digest.toString('hex'), bodySize }
    respond(response, 200, { name: app.name, version: app.version, hash: digest.toString('base64') })
  })
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {unknown} body
 */
function respond(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
