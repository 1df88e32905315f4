import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../store/store.js'
import { listFiles } from '../utils/list-files.js'
import { removeTree } from '../utils/remove-tree.js'
import { revisionKey, type EndedJob, type Garbage, type GarbageFacts, type OldRevision } from './garbage.js'
import { JobCatalog } from './kept/job-catalog.js'
import { kindOf } from './services/parts.js'
import { hasEnded, PARTS, type StoredJob } from './kept/stored-job.js'

/** Where to look for garbage. */
export interface Premises {
  store: Store
  catalog: JobCatalog
  /** Absolute path of the directory with unpacked code. */
  code: string
  /** Absolute path of a directory on the same file system. */
  staging: string
}

const KINDS = ['apps', 'engines'] as const

/** Looks at everything that is stored. Nothing is changed. */
export async function findFacts({ store, catalog, code }: Premises): Promise<GarbageFacts> {
  const ended: EndedJob[] = []
  const needs = new Map<string, string[]>()
  for (const job of catalog.newestFirst()) {
    const { stored } = job
    needs.set(job.id, neededBy(stored))
    const { name, endedAt } = stored.record
    if (hasEnded(stored) && endedAt !== null) ended.push({ id: job.id, name, endedAt, size: await sizeOf(job.folder.directory) })
  }
  const revisions = KINDS.flatMap((kind) => oldRevisions(store, kind))
  const archives = new Map<string, number>()
  for (const { hash } of revisions) {
    if (!archives.has(hash)) archives.set(hash, await fileSize(store.archiveFile(Buffer.from(hash, 'base64'))))
  }
  const current = new Set(KINDS.flatMap((kind) => Array.from(store.records(kind), ({ hash }) => hash)))
  const unpacked = new Map<string, number>()
  for (const name of readdirSync(code)) unpacked.set(Buffer.from(name, 'hex').toString('base64'), await sizeOf(join(code, name)))
  return { ended, revisions, needs, archives, current, code: unpacked }
}

/** Removes what was found. What is needed again since then stays. */
export async function removeGarbage(
  { store, catalog, code, staging }: Premises,
  { jobs, revisions, code: hashes }: Garbage,
): Promise<void> {
  for (const { id } of jobs) {
    const job = catalog.find(id)
    if (job !== undefined && hasEnded(job.stored)) await catalog.delete(job)
  }
  const left = [...catalog.newestFirst()].map((job) => job.stored)
  const needed = new Set(left.flatMap(neededBy))
  for (const revision of revisions) {
    if (!needed.has(revisionKey(revision))) store.removeRevision(revision.kind, revision.tag, revision.number)
  }
  const used = new Set(left.flatMap(hashesOf))
  // Moved away before anything else can happen: a job that starts from now on unpacks it again.
  const trash = join(staging, `code-${randomBytes(8).toString('hex')}`)
  mkdirSync(trash, { mode: 0o700 })
  for (const name of hashes.filter((hash) => !used.has(hash)).map(nameOfHash)) {
    if (existsSync(join(code, name))) renameSync(join(code, name), join(trash, name))
  }
  await removeTree(trash)
}

/** For a directory whose platform does not run. */
export function openPremises(directory: string, store: Store, onWarning: (message: string) => void): Premises {
  const [code, staging] = ['code', 'staging'].map((name) => join(directory, name)) as [string, string]
  for (const path of [code, staging]) mkdirSync(path, { recursive: true, mode: 0o700 })
  return { store, code, staging, catalog: new JobCatalog(join(directory, 'jobs'), staging, () => {}, onWarning) }
}

function nameOfHash(hash: string): string {
  return Buffer.from(hash, 'base64').toString('hex')
}

function neededBy({ record: { parts } }: StoredJob): string[] {
  return PARTS.flatMap((part) => {
    const { tag = '', revision } = parts?.[part] ?? {}
    return revision === undefined ? [] : [revisionKey({ kind: kindOf(part), tag, number: Number(revision) })]
  })
}

function hashesOf({ record: { parts } }: StoredJob): string[] {
  return PARTS.flatMap((part) => parts?.[part].hash ?? [])
}

function oldRevisions(store: Store, kind: (typeof KINDS)[number]): OldRevision[] {
  return Array.from(store.replacedRevisions(kind), ({ tag, number }) => {
    const hash = store.revision(kind, tag, number)?.hash ?? ''
    return { kind, tag, number, hash }
  })
}

async function sizeOf(directory: string): Promise<number> {
  let size = 0
  for (const path of await listFiles(directory)) size += await fileSize(join(directory, path))
  return size
}

/** 0 for a file that is gone. */
async function fileSize(file: string): Promise<number> {
  return stat(file).then(
    (status) => status.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0
      throw error
    },
  )
}
