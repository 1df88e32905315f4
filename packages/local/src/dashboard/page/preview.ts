import { open } from 'node:fs/promises'
import { extname } from 'node:path'

/** Bytes of a file that a page shows. */
export const PREVIEW_SIZE: number = 256 * 1024

/** What a browser can show as an image, and nothing but that. */
const IMAGES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.svg': 'image/svg+xml',
}

/** @returns the media type of an image, by its name */
export function imageType(name: string): string | undefined {
  return IMAGES[extname(name).toLowerCase()]
}

/** What a page can show of a file. */
export type Preview = { kind: 'image' } | { kind: 'text'; text: string; isCut: boolean } | { kind: 'binary' }

export async function previewFile(name: string, file: string): Promise<Preview> {
  if (imageType(name) !== undefined) return { kind: 'image' }
  const handle = await open(file)
  try {
    const block = Buffer.alloc(PREVIEW_SIZE + 1)
    let size = 0
    for (;;) {
      const { bytesRead } = await handle.read(block, size, block.length - size)
      size += bytesRead
      if (bytesRead === 0 || size === block.length) break
    }
    return previewBytes(block.subarray(0, size))
  } finally {
    await handle.close()
  }
}

/** @param bytes of the file, or a little more than is shown of it */
export function previewBytes(bytes: Buffer): Preview {
  const isCut = bytes.length > PREVIEW_SIZE
  const shown = bytes.subarray(0, PREVIEW_SIZE)
  if (shown.includes(0)) return { kind: 'binary' }
  // JSON, too, as it is: reading it would round large numbers.
  return { kind: 'text', text: shown.toString('utf8'), isCut }
}
