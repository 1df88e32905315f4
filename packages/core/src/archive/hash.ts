/** A SHA-256 in both encodings. */
export interface ArchiveHash {
  /** 64 lower-case hexadecimal digits. */
  hex: string
  /** 44 characters of the standard alphabet, as in the platform's records. */
  base64: string
}

export function toArchiveHash(digest: Buffer): ArchiveHash {
  return { hex: digest.toString('hex'), base64: digest.toString('base64') }
}
