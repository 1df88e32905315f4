import type { ArchiveHash } from '../archive/hash.js'
import { ByteNiteError } from '../errors.js'

/** Where an archive goes, and the directories that it was made of. */
export interface Place {
  apiUrl: string
  directories: readonly string[]
}

/** What was published under which tag: an array of configs must not overwrite its own results. */
export class PublishedTags {
  readonly #tags = new Map<string, { hash: string; directories: string }>()

  /**
   * @returns a function that undoes it, for a failed publish
   * @throws {ByteNiteError} `CONFLICTING_ARCHIVES` if another archive has this tag already
   */
  add({ apiUrl, directories }: Place, { tag, hash }: { tag: string; hash: ArchiveHash }): () => void {
    const key = `${apiUrl} ${tag}`
    const second = { hash: hash.hex, directories: directories.join(', ') }
    const first = this.#tags.get(key)
    if (first !== undefined && first.hash !== second.hash) {
      throw new ByteNiteError(
        'CONFLICTING_ARCHIVES',
        `Two builds publish different archives as ${tag}: ${first.directories} (already published) and ${second.directories}.`,
        { hint: 'Set a different manifest.name in each config, or keep the plugin in only one of them.' },
      )
    }
    this.#tags.set(key, second)
    return () => this.#tags.delete(key)
  }
}
