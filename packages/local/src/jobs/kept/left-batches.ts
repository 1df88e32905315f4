import type { LeftAttempts } from '../../runners/runner.js'
import type { AttemptOwner, JournalEntry } from './journal.js'
import { fromRanges } from './ranges.js'
import type { Part } from './stored-job.js'

/** A batch of which not all attempts have ended. */
export interface LeftBatch {
  number: number
  part: Part
  /** Whose attempts they are, by index. */
  owners: readonly AttemptOwner[]
  left: LeftAttempts
}

interface Tracked extends Omit<LeftBatch, 'left'> {
  open: Set<number>
  waiting: Set<number>
}

/** The batches of a job's last round that were submitted, and have attempts that have not ended. */
export function leftBatches(entries: Iterable<JournalEntry>): LeftBatch[] {
  let batches: Tracked[] = []
  /** The batch in which each owner has its last attempt, and which of it that is. */
  const places = new Map<AttemptOwner, { batch: Tracked; index: number }>()
  const settle = (owner: AttemptOwner): { batch: Tracked; index: number } | undefined => {
    const place = places.get(owner)
    place?.batch.waiting.delete(place.index)
    place?.batch.open.delete(place.index)
    return place
  }
  for (const entry of entries) {
    if ('again' in entry) {
      batches = []
      places.clear()
    } else if ('batch' in entry) {
      const { batch: number, part, chunks = '' } = entry
      if (part === undefined) continue
      const owners = part === 'app' ? fromRanges(chunks) : [part]
      const batch: Tracked = { number, part, owners, open: new Set(), waiting: new Set(owners.keys()) }
      batches.push(batch)
      for (const [index, owner] of owners.entries()) {
        settle(owner)
        places.set(owner, { batch, index })
      }
    } else if ('end' in entry) settle(entry.c)
    else if ('at' in entry) {
      const place = settle(entry.c)
      place?.batch.open.add(place.index)
    }
  }
  return batches
    .filter(({ open, waiting }) => open.size + waiting.size > 0)
    .map(({ number, part, owners, open, waiting }) => ({ number, part, owners, left: { open: [...open], waiting: [...waiting] } }))
}
