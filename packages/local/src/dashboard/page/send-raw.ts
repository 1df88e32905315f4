import { sendFile } from '../../http/send-file.js'
import { Refusal } from '../../refusal.js'
import type { DashboardContext } from '../dashboard-env.js'
import { imageType } from './preview.js'

/**
 * Responds with a file that others wrote: images to look at, all else to save. Even one that a browser opens by itself can run
 * nothing, and belongs to no site.
 * @param name decides what it is
 */
export async function sendRaw(c: DashboardContext, name: string, file: string): Promise<Response> {
  try {
    return await sendFile(c as never, file, rawHeaders(name))
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
    'content-disposition': `${image === undefined ? 'attachment' : 'inline'}; filename*=UTF-8''${encodeURIComponent(base)}`,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}
