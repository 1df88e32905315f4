import type { PublishedKind } from '../store/published-record.js'

/** What may go. Without any rule, only revisions that no job needs. */
export interface GarbageRules {
  /** Milliseconds since the end of a job after which it may go, with all its data. */
  maxAge?: number | undefined
  /** Bytes that the data of all jobs that have ended may have together. The jobs that ended first go until it fits. */
  maxSize?: number | undefined
}

/** A job that has ended. */
export interface EndedJob {
  id: string
  name: string
  /** RFC 3339 time. */
  endedAt: string
  /** Bytes of all its data. */
  size: number
}

/** A revision that a newer one has replaced. */
export interface OldRevision {
  kind: PublishedKind
  /** `name@MAJOR.MINOR`. */
  tag: string
  number: number
  /** SHA-256 of its archive, in base64. */
  hash: string
}

/** What is there, and who needs it. */
export interface GarbageFacts {
  ended: readonly EndedJob[]
  revisions: readonly OldRevision[]
  /** The revisions that each job was pinned to, by the job's ID, as {@link revisionKey} names them. */
  needs: ReadonlyMap<string, readonly string[]>
  /** Bytes of archives, by their hashes. */
  archives: ReadonlyMap<string, number>
  /** Hashes of the archives of current records. */
  current: ReadonlySet<string>
  /** Bytes of the unpacked code of archives, by their hashes. */
  code: ReadonlyMap<string, number>
}

/** What can be removed. */
export interface Garbage {
  jobs: EndedJob[]
  revisions: OldRevision[]
  /** Hashes of archives whose unpacked code nobody needs. It would be unpacked again. */
  code: string[]
  /** Bytes that this frees. */
  size: number
}

/** Names a revision. */
export function revisionKey({ kind, tag, number }: Pick<OldRevision, 'kind' | 'tag' | 'number'>): string {
  return `${kind}/${tag}/${number}`
}

/** Decides what can be removed. @param now milliseconds since 1970 */
export function planGarbage(facts: GarbageFacts, rules: GarbageRules, now: number): Garbage {
  const jobs = jobsToRemove(facts.ended, rules, now)
  const removed = new Set(jobs.map(({ id }) => id))
  const needed = new Set([...facts.needs].flatMap(([id, keys]) => (removed.has(id) ? [] : keys)))
  const revisions = facts.revisions.filter((revision) => !needed.has(revisionKey(revision)))
  const kept = new Set([
    ...facts.current,
    ...facts.revisions.filter((revision) => needed.has(revisionKey(revision))).map(({ hash }) => hash),
  ])
  const archives = new Set(revisions.map(({ hash }) => hash).filter((hash) => !kept.has(hash)))
  const code = [...facts.code.keys()].filter((hash) => !kept.has(hash))
  const size = sum(jobs.map((job) => job.size)) + sumOf(facts.archives, archives) + sumOf(facts.code, code)
  return { jobs, revisions, code, size }
}

function jobsToRemove(ended: readonly EndedJob[], { maxAge = Infinity, maxSize = Infinity }: GarbageRules, now: number): EndedJob[] {
  const oldestFirst = ended.toSorted((a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt))
  let left = sum(ended.map(({ size }) => size))
  return oldestFirst.filter((job) => {
    const goes = now - Date.parse(job.endedAt) > maxAge || left > maxSize
    if (goes) left -= job.size
    return goes
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

function sumOf(sizes: ReadonlyMap<string, number>, hashes: Iterable<string>): number {
  return sum(Array.from(hashes, (hash) => sizes.get(hash) ?? 0))
}
