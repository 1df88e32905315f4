import type { Line } from './log-lines.js'

/** Milliseconds that a search goes on before the page has its turn. */
const SLICE = 10
/** Lines between two looks at the clock. */
const STEP = 500
const PROBLEMS = new Set(['stderr', 'WARN', 'ERROR', 'FATAL', 'PANIC'])

/** Of which stream, or `platform` or `problems`, and with which text; empty for all. */
export interface Wanted {
  stream: string
  text: string
}

/** The lines of a log that are wanted, found bit by bit, because there may be a million of them. */
export class LogSearch {
  /** In their order. */
  found: Line[]
  readonly #lines: readonly Line[]
  readonly #onFound: () => void
  #wanted: Wanted = { stream: '', text: '' }
  #searched = 0
  #isBusy = false

  /** @param lines may grow: then `goOn` is to be called */
  constructor(lines: Line[], onFound: () => void) {
    this.#lines = lines
    this.#onFound = onFound
    this.found = lines
  }

  /** How many lines were looked at. */
  get searched(): number {
    return this.found === this.#lines ? this.#lines.length : this.#searched
  }

  start({ stream, text }: Wanted): void {
    this.#wanted = { stream, text: text.toLowerCase() }
    this.#searched = 0
    this.found = stream === '' && text === '' ? (this.#lines as Line[]) : []
    this.goOn()
  }

  goOn(): void {
    this.#onFound()
    if (!this.#isBusy) void this.#search()
  }

  async #search(): Promise<void> {
    this.#isBusy = true
    for (let begin = performance.now(); this.searched < this.#lines.length;) {
      const next = this.#lines.slice(this.#searched, this.#searched + STEP)
      for (const line of next) if (matches(line, this.#wanted)) this.found.push(line)
      this.#searched += next.length
      if (performance.now() - begin < SLICE) continue
      this.#onFound()
      await new Promise((resolve) => setTimeout(resolve))
      begin = performance.now()
    }
    this.#isBusy = false
    this.#onFound()
  }
}

function matches(line: Line, { stream, text }: Wanted): boolean {
  return isOf(line, stream) && (text === '' || textOf(line).toLowerCase().includes(text))
}

function isOf({ s, m }: Line, wanted: string): boolean {
  if (wanted === '') return true
  if (wanted === 'platform') return m
  return wanted === 'problems' ? PROBLEMS.has(s) : s === wanted
}

function textOf({ p }: Line): string {
  return p.map((part) => (typeof part === 'string' ? part : part[0])).join('')
}
