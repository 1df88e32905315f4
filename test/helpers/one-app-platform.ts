import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { AppRecord } from 'bytenite-uploader/wire'
import { pack, type Header } from 'tar-stream'
import { listen } from './listen.ts'

/** An entry of a tar: the content of an executable file, or what else is in its header. */
export type Entry = string | (Partial<Header> & { content?: string })

/** A tar with any entries, those of a hostile one included. */
export async function tarOf(entries: Record<string, Entry>): Promise<Buffer> {
  const tar = pack()
  for (const [name, entry] of Object.entries(entries)) {
    const { content, ...header } = typeof entry === 'string' ? { content: entry, mode: 0o755 } : entry
    if (content === undefined) tar.entry({ name, ...header })
    else tar.entry({ name, ...header }, content)
  }
  tar.finalize()
  return buffer(tar)
}

/**
 * A platform that has one app, whatever is asked for: with any record and archive, those of a hostile platform included.
 * @returns the environment of a shell that uses it
 */
export async function serveApp(archive: Buffer, record: Partial<AppRecord>): Promise<Record<string, string>> {
  const hash = createHash('sha256').update(archive).digest('base64')
  const app = { name: 'task', version: '1.0', entrypoint: 'main.sh', hash, ...record }
  const server = createServer(({ url = '', headers }, response) => {
    if (url === '/app.tar') response.end(archive)
    else response.end(JSON.stringify(url.endsWith('/download') ? { ok: true, message: `http://${headers.host}/app.tar` } : { app }))
  })
  return { BYTENITE_API_URL: `http://127.0.0.1:${await listen(server)}/v1`, BYTENITE_ACCESS_TOKEN: 'token' }
}
