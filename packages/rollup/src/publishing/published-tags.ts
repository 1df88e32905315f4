import { ByteNiteError, type PackSummary } from 'bytenite-uploader'

interface PublishedTag {
  hash: string
  directories: readonly string[]
}

/** What was published under which tag: an array of configs must not overwrite its own results. */
export class PublishedTags {
  readonly #tags = new Map<string, PublishedTag>()

  /**
   * @returns undoes it, for a publish that fails
   * @throws {ByteNiteError} `CONFLICTING_ARCHIVES` when the tag has another archive already
   */
  add(apiUrl: string, { tag, hash }: PackSummary, directories: readonly string[]): () => void {
    const key = `${apiUrl} ${tag}`
    const first = this.#tags.get(key)
    if (first !== undefined && first.hash !== hash.hex) {
      throw new ByteNiteError(
        'CONFLICTING_ARCHIVES',
        `Two different archives of ${tag}: one of ${first.directories.join(', ')} is published, and one of ${directories.join(', ')} would replace it.`,
        { hint: 'Give each config a plugin with a manifest.name of its own, or keep the plugin in one of them only.' },
      )
    }
    this.#tags.set(key, { hash: hash.hex, directories })
    return () => this.#tags.delete(key)
  }
}
