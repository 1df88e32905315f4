import { sendFile } from '../../http/send-file.js'
import { Refusal } from '../../refusal.js'
import type { ApiContext } from '../../http/api-env.js'
import { imageType } from './preview.js'

/**
 * Responds with a file that others wrote: images to look at, all else to save. Even one that a browser opens by itself can run
 * nothing, and belongs to no site.
 * @param name decides what it is
 */
export async function sendRaw(c: ApiContext, name: string, file: string): Promise<Response> {
  try {
    return await sendFile(c, file, rawHeaders(name))
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Refusal(404, 'this file does not exist any more') : error
  }
}

/** The headers for the content of a file that others wrote. */
export function rawHeaders(name: string): Record<string, string> {
  const image = imageType(name)
  const base = name.split('/').at(-1) ?? name
  return {
    'content-type': image ?? 'application/octet-stream',
    ...foreignHeaders(image === undefined ? 'attachment' : 'inline', base),
  }
}

/** The headers, besides its type, for a file to save. */
export function savedHeaders(name: string): Record<string, string> {
  return foreignHeaders('attachment', name)
}

function foreignHeaders(disposition: 'attachment' | 'inline', name: string): Record<string, string> {
  return {
    'content-disposition': `${disposition}; filename*=UTF-8''${encodeName(name)}`,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}

/** As RFC 8187 has it, which lets fewer characters through than a URL. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
