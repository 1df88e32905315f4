import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { Refusal } from '../http/refusal.js'

/** The parts of an uploaded archive that the platform checks. */
export interface ArchiveContent {
  /** Parsed `manifest.json`; `undefined` without one. */
  manifest: unknown
  /** Parsed `template.json`; `undefined` without one. */
  template: unknown
  /** Paths of the files, without a leading `./`. */
  files: Set<string>
}

/** JSON files in the archive's root are small. Larger ones are refused, so that none fills the memory. */
const MAX_JSON_SIZE = 1024 * 1024

/**
 * Reads an archive from disk.
 * @throws {Refusal} 400 when it is not a tar, lacks `manifest.json`, or contains a path that leads out of it
 */
export async function inspectArchive(file: string): Promise<ArchiveContent> {
  const content: ArchiveContent = { manifest: undefined, template: undefined, files: new Set() }
  const tar = extract()
  const feeding = pipeline(createReadStream(file), tar).catch((error: unknown) => {
    tar.destroy(error as Error)
  })
  try {
    for await (const entry of tar) {
      const name = entry.header.name.replace(/^(?:\.\/)+/, '')
      if (name.startsWith('/') || name.split('/').includes('..')) {
        throw new Refusal(400, `the archive has an entry that leads out of it: ${name}`)
      }
      if (entry.header.type === 'file') content.files.add(name)
      if (name === 'manifest.json') content.manifest = await readJson(name, entry.header.size, entry)
      else if (name === 'template.json') content.template = await readJson(name, entry.header.size, entry)
      else if (name === 'schema.json') await readJson(name, entry.header.size, entry)
      else entry.resume()
    }
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, `the archive is not a tar: ${(error as Error).message}`)
  } finally {
    tar.destroy()
    await feeding
  }
  if (!content.files.has('manifest.json')) {
    throw new Refusal(400, content.files.size === 0 ? 'the archive is empty or not a tar' : 'the archive has no manifest.json in its root')
  }
  return content
}

async function readJson(name: string, size: number, entry: AsyncIterable<unknown>): Promise<unknown> {
  if (size > MAX_JSON_SIZE) throw new Refusal(400, `${name} is larger than 1 MiB`)
  const chunks: Buffer[] = []
  for await (const chunk of entry) chunks.push(chunk as Buffer)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch (error) {
    throw new Refusal(400, `${name} is not valid JSON: ${(error as Error).message}`)
  }
}
