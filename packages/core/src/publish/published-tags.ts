import type { ArchiveHash } from '../archive/hash.js'
import { ByteNiteError } from '../errors.js'

/** Where an archive goes, and the directories that it was made of. */
export interface Place {
  apiUrl: string
  directories: readonly string[]
  /** Whether it may replace what was made of the same directories before. */
  isRepeatable: boolean
}

/** A publish of one tag, among others of this process. */
export interface TagClaim {
  /** Resolves once no earlier claim of the tag is left. */
  turn: Promise<void>
  /** Whether an archive was published under the tag before. Then {@link check} needs the hash before anything is sent. */
  isTaken(): boolean
  /** @throws {ByteNiteError} `CONFLICTING_ARCHIVES` if another archive was published under the tag */
  check(hash: ArchiveHash): void
  /** Notes that an archive is published under the tag. */
  keep(hash: ArchiveHash): void
  /** Lets the next claim have its turn. */
  release(): void
}

/**
 * What was published under which tag: an array of configs must not overwrite its own results. Publishes of one tag take
 * turns, because the hash of an archive that is being sent is not known yet.
 */
export class PublishedTags {
  readonly #published = new Map<string, { hash: string; directories: string }>()
  /** The release of the latest claim, by its tag. */
  readonly #latest = new Map<string, Promise<void>>()

  claim({ apiUrl, directories, isRepeatable }: Place, tag: string): TagClaim {
    const key = `${apiUrl} ${tag}`
    const own = directories.join(', ')
    const turn = this.#latest.get(key) ?? Promise.resolve()
    let release!: () => void
    const released = new Promise<void>((resolve) => (release = resolve))
    // One that gives up before its turn does not let the next one pass.
    this.#latest.set(
      key,
      turn.then(() => released),
    )
    return {
      turn,
      isTaken: () => this.#published.has(key),
      check: (hash) => {
        const first = this.#published.get(key)
        if (first === undefined || first.hash === hash.hex) return
        if (isRepeatable && first.directories === own) return
        throw new ByteNiteError(
          'CONFLICTING_ARCHIVES',
          `Two builds publish different archives as ${tag}: ${first.directories} (already published) and ${own}.`,
          { hint: 'Set a different manifest.name in each config, or keep the plugin in only one of them.' },
        )
      },
      keep: (hash) => void this.#published.set(key, { hash: hash.hex, directories: own }),
      release: () => release(),
    }
  }
}
