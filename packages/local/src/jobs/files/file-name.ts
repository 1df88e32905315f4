const MAX_LENGTH = 255

/** What a source's file is called if it has no name that can be used. */
export const DEFAULT_NAME = 'data.bin'

/**
 * The name of a file, from outside: its last part, if that can be the name of a file.
 * @returns `undefined` otherwise
 */
export function safeFileName(text: string | undefined): string | undefined {
  const name = text?.split(/[/\\]/).at(-1) ?? ''
  // oxlint-disable-next-line no-control-regex
  if (['', '.', '..'].includes(name) || /[\0-\x1f\x7f]/.test(name) || Buffer.byteLength(name) > MAX_LENGTH) return undefined
  return name
}

/**
 * The name of a file that is downloaded.
 * @param wanted goes before what the server says
 * @param url where it was found in the end
 */
export function downloadName(wanted: string | undefined, headers: Headers, url: string): string {
  const path = decode(new URL(url).pathname) ?? ''
  return safeFileName(wanted) ?? dispositionName(headers.get('content-disposition')) ?? safeFileName(path) ?? DEFAULT_NAME
}

/** The name in a `Content-Disposition` header, as RFC 6266 has it. */
export function dispositionName(header: string | null | undefined): string | undefined {
  if (header === null || header === undefined) return undefined
  const [, encoded] = /filename\*=(?:utf-8|iso-8859-1)'[^']*'([^;\s]+)/i.exec(header) ?? []
  const decoded = encoded === undefined ? undefined : decode(encoded)
  if (decoded !== undefined) return safeFileName(decoded)
  const [, quoted, plain] = /filename=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header) ?? []
  return safeFileName(quoted?.replace(/\\(.)/g, '$1') ?? plain)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
