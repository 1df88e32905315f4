import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { extract } from 'tar-stream'

export interface NamedImage {
  name: string
  bytes: Buffer
}

/** The images of a chunk, which is a tar of them. */
export async function* readImages(chunk: Buffer): AsyncGenerator<NamedImage, void, undefined> {
  for await (const entry of Readable.from([chunk]).pipe(extract())) {
    const { name, type } = entry.header
    if (type === 'file' && /\.(?:jpe?g|png)$/i.test(name)) yield { name, bytes: await buffer(entry) }
    else entry.resume()
  }
}
