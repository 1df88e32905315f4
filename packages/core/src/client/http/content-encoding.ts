import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Readable, type Transform } from 'node:stream'
import { Failure } from './failure.js'

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * A body as it was before a server, or something on the way, compressed it without being asked to.
 * @param encoding the header `content-encoding`
 * @throws {Failure} for a compression that is not understood, or broken
 */
export function decoded(call: string, chunks: AsyncIterable<Buffer>, encoding: string | string[] | undefined): AsyncIterable<Buffer> {
  const name = String(encoding ?? '')
    .trim()
    .toLowerCase()
  if (name === '' || name === 'identity') return chunks
  const create = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined
  if (create === undefined) throw refused(`${call} responded with the content encoding ${JSON.stringify(name)}, which is not supported`)
  return decompressed(call, chunks, create())
}

async function* decompressed(call: string, chunks: AsyncIterable<Buffer>, decoder: Transform): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks)
  source.on('error', (error) => decoder.destroy(error))
  try {
    for await (const chunk of source.pipe(decoder)) yield chunk as Buffer
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).match(/^Z_|^ERR__ERROR_/)) throw error
    throw refused(`${call} responded with broken compressed data`)
  } finally {
    source.destroy()
    decoder.destroy()
  }
}

function refused(message: string): Failure {
  return new Failure('INVALID_RESPONSE', message, {
    mayHaveActed: true,
    hint: 'Check that nothing between here and the platform changes its responses, such as a proxy.',
  })
}
