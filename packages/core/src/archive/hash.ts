/** A SHA-256 in the two spellings in use. */
export interface ArchiveHash {
  /** 64 lower-case digits. */
  hex: string
  /** 44 characters of the standard alphabet, as the platform spells it. */
  base64: string
}

export function toArchiveHash(digest: Buffer): ArchiveHash {
  return { hex: digest.toString('hex'), base64: digest.toString('base64') }
}
