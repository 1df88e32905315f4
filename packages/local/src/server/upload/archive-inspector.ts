import { createReadStream } from 'node:fs'
import { ArchiveError, readArchive, type ArchiveEntry } from 'bytenite-uploader/internal/archive-contents'
import { Refusal } from '../../refusal.js'

/** The parts of an uploaded archive that the platform checks. */
export interface ArchiveContent {
  /** Parsed `manifest.json`; `undefined` without one. */
  manifest: unknown
  /** Parsed `template.json`; `undefined` without one. */
  template: unknown
  /** Paths of the files. */
  files: Set<string>
}

/** JSON files in the archive's root are small. Larger ones are refused, so that none fills the memory. */
const MAX_JSON_SIZE = 1024 * 1024

/**
 * Reads an archive from disk.
 * @throws {Refusal} 400 when it is not a tar, could not be unpacked, or lacks `manifest.json`
 */
export async function inspectArchive(file: string): Promise<ArchiveContent> {
  const content: ArchiveContent = { manifest: undefined, template: undefined, files: new Set() }
  try {
    for await (const entry of readArchive(createReadStream(file))) {
      if (entry.isDirectory) continue
      content.files.add(entry.path)
      if (entry.path === 'manifest.json') content.manifest = await readJson(entry)
      else if (entry.path === 'template.json') content.template = await readJson(entry)
      else if (entry.path === 'schema.json') await readJson(entry)
    }
  } catch (error) {
    throw error instanceof ArchiveError ? new Refusal(400, `the archive ${error.reason}`) : error
  }
  if (!content.files.has('manifest.json')) {
    throw new Refusal(400, content.files.size === 0 ? 'the archive is empty or not a tar' : 'the archive has no manifest.json in its root')
  }
  return content
}

async function readJson({ path, size, content }: ArchiveEntry): Promise<unknown> {
  if (size > MAX_JSON_SIZE) throw new Refusal(400, `${path} is larger than 1 MiB`)
  const chunks: Buffer[] = []
  for await (const chunk of content) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch (error) {
    throw new Refusal(400, `${path} is not valid JSON: ${(error as Error).message}`)
  }
}
