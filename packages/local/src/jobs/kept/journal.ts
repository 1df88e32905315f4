import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { AttemptRecord } from 'bytenite-uploader/wire-jobs'
import { readLines } from '../../utils/read-lines.js'
import type { Part } from './stored-job.js'

/** Whose attempt it is: a task's, by its chunk, or that of an engine. */
export type AttemptOwner = number | 'partitioner' | 'assembler'

/** An attempt, numbered from 1, is about to start. Times are milliseconds since 1970. */
export interface AttemptStart {
  c: AttemptOwner
  a: number
  at: number
}

/** An attempt runs elsewhere than on this machine. */
interface AttemptPlace {
  c: AttemptOwner
  a: number
  place: string
}

export interface AttemptEnd {
  c: AttemptOwner
  a: number
  at: number
  end: Exclude<AttemptRecord['state'], 'running'>
  code?: number | null
  signal?: string | null
  /** Bytes of the results. */
  size?: number
  reason?: string
  /** Whether the place lost it, which may not be the task's fault. */
  lost?: boolean
  /** Whether the task will not be tried again. */
  final?: boolean
}

/** A batch is about to be submitted. */
interface BatchEntry {
  batch: number
  /** Missing in journals of earlier versions. */
  part?: Part
  /** Of the app: whose attempts they are, by index, as `toRanges` writes them. */
  chunks?: string
}

/** Tasks, by their chunks, are run again. */
interface AgainEntry {
  again: 'all' | readonly number[]
}

export type JournalEntry = AttemptStart | AttemptPlace | AttemptEnd | BatchEntry | AgainEntry

/**
 * What has happened to a job's attempts, one line of JSON for each event. Lines are only ever added, so a killed process leaves
 * at most one that is incomplete, and does not count.
 */
export class Journal {
  readonly #file: string
  #descriptor: number | undefined

  constructor(file: string) {
    this.#file = file
  }

  append(entry: JournalEntry): void {
    this.#descriptor ??= this.#open()
    const line = Buffer.from(`${JSON.stringify(entry)}\n`)
    const written = writeSync(this.#descriptor, line)
    if (written === line.length) return
    // The disk is full. The next line must not continue this one.
    ftruncateSync(this.#descriptor, fstatSync(this.#descriptor).size - written)
    throw new Error(`${this.#file} could not be written: there is no space left on the disk.`)
  }

  /** Lets go of the file. It is opened again when it is needed. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  *entries(): Generator<JournalEntry> {
    for (const { bytes } of readLines(this.#file)) yield JSON.parse(bytes.toString()) as JournalEntry
  }

  /** The attempts of one owner. */
  attempts(owner: AttemptOwner): AttemptRecord[] {
    const records = new Map<number, AttemptRecord>()
    const prefix = Buffer.from(`{"c":${JSON.stringify(owner)},`)
    for (const { bytes } of readLines(this.#file)) {
      if (bytes.compare(prefix, 0, prefix.length, 0, Math.min(prefix.length, bytes.length)) !== 0) continue
      const entry = JSON.parse(bytes.toString()) as AttemptStart | AttemptPlace | AttemptEnd
      records.set(entry.a, { ...(records.get(entry.a) ?? newAttempt(entry.a)), ...changesOf(entry) })
    }
    return [...records.values()]
  }

  /** Removes an incomplete line before, so that the next one does not continue it. */
  #open(): number {
    let end = 0
    for (const line of readLines(this.#file)) ({ end } = line)
    const descriptor = openSync(this.#file, 'a', 0o600)
    if (fstatSync(descriptor).size > end) ftruncateSync(descriptor, end)
    return descriptor
  }
}

function newAttempt(attempt: number): AttemptRecord {
  return { attempt, state: 'running', startedAt: '', endedAt: null, exitCode: null, signal: null, reason: '', place: '' }
}

function changesOf(entry: AttemptStart | AttemptPlace | AttemptEnd): Partial<AttemptRecord> {
  if ('place' in entry) return { place: entry.place }
  const time = new Date(entry.at).toISOString()
  if (!('end' in entry)) return { startedAt: time }
  const { end: state, code = null, signal = null, reason = '' } = entry
  return { state, endedAt: time, exitCode: code, signal, reason }
}
