// Stands in for the platform. Prints its address as the first line.
//
// With a file's name as an argument, an upload is decoded and hashed as it arrives, its tar is kept in that file, and the
// response has its hash. Without one, an upload is only kept in memory, and looked at when it is asked for: decoding and
// hashing take longer than most contenders do, and one of two cores.

import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { app } from '../contenders/app.js'
import { KeptBody } from './kept-body.js'
import { UploadDecoder } from './upload-decoder.js'

/** @import { IncomingMessage, ServerResponse } from 'node:http' */

const [file] = process.argv.slice(2)

/** @typedef {{ hash: string, bodySize: number }} Upload */

/** Looks at the last upload. @type {(() => Upload | undefined) | undefined} */
let lookAtLast
const kept = new KeptBody()
const accept = file === undefined ? keep : receiveInto(file)

const server = createServer((request, response) => {
  const call = `${request.method} ${request.url}`
  const [, hash] = /^GET \/published\/([0-9a-f]{64})\/v1\/dev\/apps\//.exec(call) ?? []
  if (call === 'POST /v1/dev/apps') accept(request, response)
  else if (hash !== undefined) respond(response, 200, { app: recordOf(Buffer.from(hash, 'hex')) })
  else if (call === 'DELETE /v1/last') {
    respond(response, 200, lookAtLast?.() ?? null)
    lookAtLast = undefined
  } else respond(response, 404, { ok: false })
})
// An upload may take as long as it takes.
server.requestTimeout = 0
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}/v1`)
})

/**
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
function keep(request, response) {
  kept.clear()
  request.on('data', (chunk) => kept.write(chunk))
  // Who goes away before the end gets no response.
  request.on('error', () => {})
  request.on('end', () => {
    lookAtLast = () => {
      const hash = createHash('sha256')
      const decoder = new UploadDecoder((bytes) => hash.update(bytes))
      for (const chunk of kept.chunks()) decoder.write(chunk)
      return decoder.isComplete() ? { hash: hash.digest('hex'), bodySize: kept.size } : undefined
    }
    respond(response, 200, recordOf())
  })
}

/** @param {string} file */
function receiveInto(file) {
  return (/** @type {IncomingMessage} */ request, /** @type {ServerResponse} */ response) => {
    const hash = createHash('sha256')
    const handle = openSync(file, 'w')
    const decoder = new UploadDecoder((bytes) => {
      hash.update(bytes)
      writeSync(handle, bytes)
    })
    let bodySize = 0
    request.on('data', (chunk) => {
      bodySize += chunk.length
      decoder.write(chunk)
    })
    request.on('error', () => {})
    request.on('close', () => closeSync(handle))
    request.on('end', () => {
      if (!decoder.isComplete()) return respond(response, 400, { ok: false, message: 'the body is not {"data":"BASE64"}' })
      const digest = hash.digest()
      lookAtLast = () => ({ hash: digest.toString('hex'), bodySize })
      respond(response, 200, recordOf(digest))
    })
  }
}

/** @param {Buffer} [digest] */
function recordOf(digest) {
  return { name: app.name, version: app.version, ...(digest && { hash: digest.toString('base64') }) }
}

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {unknown} body
 */
function respond(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
