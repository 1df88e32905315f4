import { closeSync, fstatSync, open, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import type { LogLevel } from 'bytenite-uploader/wire-jobs'
import { createDeferred } from '../../utils/deferred.js'
import { LineSplitter } from './line-splitter.js'
import { showSize } from '../limits.js'

/** A line of a log's file: the time in milliseconds since 1970, the stream or the level, and the text. */
export interface StoredLine {
  t: number
  s: 'stdout' | 'stderr' | Exclude<LogLevel, 'UNKNOWN'>
  l: string
}

/** The log of an attempt, as a file with one JSON object per line. */
export class AttemptLog {
  readonly #file: string
  readonly #limit: number
  readonly #waiting = new Set<() => void>()
  readonly #splitters: { stdout: LineSplitter; stderr: LineSplitter }
  readonly #opened = createDeferred()
  #descriptor: number | undefined
  #size = 0
  #isCut = false

  /** @param limit bytes; of a longer log, the end is left out */
  constructor(file: string, limit: number) {
    this.#file = file
    this.#limit = limit
    const splitter = (s: 'stdout' | 'stderr'): LineSplitter => new LineSplitter((texts) => this.#add(texts.map((l) => lineOf(s, l))))
    this.#splitters = { stdout: splitter('stdout'), stderr: splitter('stderr') }
  }

  /** Creates the file, or goes on with it. Lines are lost before. */
  async open(): Promise<void> {
    try {
      this.#descriptor = await promisify(open)(this.#file, 'a', 0o600)
      this.#size = fstatSync(this.#descriptor).size
    } finally {
      this.#opened.resolve()
    }
  }

  /** Resolves when the file is there, or never will be: who reads before would take it for empty. */
  get opened(): Promise<void> {
    return this.#opened.promise
  }

  /** A line of the platform. */
  add(level: Exclude<LogLevel, 'UNKNOWN'>, text: string): void {
    this.#write(`${JSON.stringify(lineOf(level, text))}\n`)
  }

  output(stream: 'stdout' | 'stderr', piece: Buffer): void {
    if (!this.#isCut) this.#splitters[stream].push(piece)
  }

  /** Adds what the streams ended with, if that had no line break. */
  endOutput(): void {
    for (const splitter of Object.values(this.#splitters)) splitter.end()
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
    this.#opened.resolve()
    this.#wake()
  }

  /** Waits until the file is longer, the log is closed, or the signal aborts. @returns whether it is longer */
  async waitForMore(size: number, signal: AbortSignal): Promise<boolean> {
    while (this.#size <= size && this.#descriptor !== undefined && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#waiting.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
    return this.#size > size && !signal.aborted
  }

  #add(lines: readonly StoredLine[]): void {
    if (this.#isCut) return
    let text = ''
    for (const line of lines) {
      const json = `${JSON.stringify(line)}\n`
      if (this.#size + text.length + json.length > this.#limit) {
        this.#isCut = true
        const note = `The output is longer than ${showSize(this.#limit)}. The rest of it is left out of this log.`
        text += `${JSON.stringify(lineOf('WARN', note))}\n`
        break
      }
      text += json
    }
    this.#write(text)
  }

  #write(text: string): void {
    if (this.#descriptor === undefined || text === '') return
    try {
      this.#size += writeSync(this.#descriptor, text)
      this.#wake()
    } catch {
      // A full disk must not end a task whose results may still fit. A log that ends early shows it.
      this.close()
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }
}

function lineOf(s: StoredLine['s'], l: string): StoredLine {
  return { t: Date.now(), s, l }
}
