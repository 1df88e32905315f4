import type { JobPart, JobRecord } from 'bytenite-uploader/wire-jobs'
import { Refusal } from '../../refusal.js'
import { tagOf, type PublishedKind, type PublishedRecord } from '../../store/published-record.js'
import type { Store } from '../../store/store.js'
import { findByTag } from '../../store/tags.js'
import { PARTS, type Part, type PartTags } from '../kept/stored-job.js'

type Parts = NonNullable<JobRecord['parts']>

/** The engine that is built in, on either side. */
const PASSTHROUGH = 'passthrough'

/** Whether a tag, with or without a version, names the built-in engine. */
function isPassthrough(tag: string): boolean {
  return tag.split('@')[0] === PASSTHROUGH
}

/** What a part stands for now; `undefined` for `passthrough`. */
export type FoundParts = Record<Part, PublishedRecord | undefined>

/**
 * Finds what tags stand for now.
 * @throws {Refusal} 400 that lists everything that is not there, or of another type
 */
export function findParts(store: Store, tags: PartTags): FoundParts {
  const problems: string[] = []
  const find = (part: Part): PublishedRecord | undefined => {
    const tag = tags[part]
    if (part !== 'app' && isPassthrough(tag)) return undefined
    const record = findByTag(store.records(kindOf(part)), tag)
    if (record === undefined) problems.push(`${part}: there is no ${part === 'app' ? 'app' : 'engine'} ${tag}. Publish it first`)
    else if (part !== 'app' && record.type !== part) problems.push(`${part}: ${tag} is an engine of type "${record.type ?? ''}"`)
    return record
  }
  const parts = { partitioner: find('partitioner'), app: find('app'), assembler: find('assembler') }
  if (problems.length > 0) throw new Refusal(400, problems.join('; '))
  return parts
}

/** @throws {Refusal} 400 that lists what is not active */
export function requireActive(parts: FoundParts): void {
  const inactive = PARTS.flatMap((part) => {
    const record = parts[part]
    if (record === undefined || record.status === 'active') return []
    return [`${part === 'app' ? 'the app' : `the ${part}`} ${tagOf(record)} is not active: activate ${record.name} first`]
  })
  if (inactive.length > 0) throw new Refusal(400, `${inactive.join('; ')}, or run the job as a test job (isTestJob)`)
}

export function pinParts({ partitioner, app, assembler }: FoundParts): Parts {
  return { partitioner: pin(partitioner), app: pin(app), assembler: pin(assembler) }
}

function pin(record: PublishedRecord | undefined): JobPart {
  return record === undefined ? { tag: PASSTHROUGH } : { tag: tagOf(record), revision: record.revision, hash: record.hash }
}

/** The record that a job was pinned to; `undefined` for `passthrough`, or if it was removed. */
export function pinnedRecord(store: Store, part: Part, { tag, revision, hash }: JobPart): PublishedRecord | undefined {
  if (revision === undefined) return undefined
  const record = store.revision(kindOf(part), tag, Number(revision))
  return record?.hash === hash ? record : undefined
}

export function kindOf(part: Part): PublishedKind {
  return part === 'app' ? 'apps' : 'engines'
}
