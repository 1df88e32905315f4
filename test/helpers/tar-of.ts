import { buffer } from 'node:stream/consumers'
import { pack, type Header } from 'tar-stream'

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
