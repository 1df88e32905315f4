import { tokenHeader } from './form-token.js'

type StyledPart = string | [text: string, classes: string]

/** A line as the platform sends it. */
interface Line {
  t: string
  s: string
  m: boolean
  p: StyledPart[]
}

/** Pixels. Lines do not wrap, so that a log of a million of them has a place for each. */
const LINE = 18
/** Lines that are drawn above and below those in sight. */
const MARGIN = 30
const PROBLEMS = new Set(['stderr', 'WARN', 'ERROR', 'FATAL', 'PANIC'])

/** Makes a log complete, live and searchable. Only the lines in sight are in the page. */
export function enhance(root: HTMLElement): void {
  const log = root.querySelector<HTMLElement>('.log')
  const box = root.querySelector<HTMLElement>('.lines')
  const search = root.querySelector<HTMLInputElement>('[name="search"]')
  const stream = root.querySelector<HTMLSelectElement>('[name="stream"]')
  const follow = root.querySelector<HTMLInputElement>('[name="follow"]')
  const count = root.querySelector<HTMLOutputElement>('[name="count"]')
  if (!log || !box || !search || !stream || !follow || !count) return
  const lines: Line[] = []
  let shown: Line[] = lines
  let isDrawing = false

  const draw = (): void => {
    isDrawing = false
    box.style.height = `${shown.length * LINE}px`
    if (follow.checked) log.scrollTop = log.scrollHeight
    const first = Math.max(0, Math.floor(log.scrollTop / LINE) - MARGIN)
    const last = Math.min(shown.length, Math.ceil((log.scrollTop + log.clientHeight) / LINE) + MARGIN)
    box.replaceChildren(...shown.slice(first, last).map((line, index) => elementOf(line, first + index)))
    count.textContent = shown.length === lines.length ? `${lines.length} lines` : `${shown.length} of ${lines.length} lines`
  }
  const drawSoon = (): void => {
    if (!isDrawing) requestAnimationFrame(draw)
    isDrawing = true
  }
  const matches = (line: Line): boolean =>
    isOf(line, stream.value) && (search.value === '' || textOf(line).toLowerCase().includes(search.value.toLowerCase()))
  const filter = (): void => {
    shown = search.value === '' && stream.value === '' ? lines : lines.filter(matches)
    drawSoon()
  }

  search.addEventListener('input', filter)
  stream.addEventListener('input', filter)
  follow.addEventListener('input', drawSoon)
  log.addEventListener('scroll', () => {
    const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - LINE
    if (!isAtEnd && log.scrollHeight > log.clientHeight) follow.checked = isDrawing && follow.checked
    drawSoon()
  })
  void read(root, (batch) => {
    box.classList.add('virtual')
    for (const line of batch) lines.push(line)
    if (shown !== lines) shown.push(...batch.filter(matches))
    drawSoon()
  })
}

/** Fetches the lines, and goes on while there may be more. After a gap, it starts anew. */
async function read(root: HTMLElement, add: (batch: Line[]) => void): Promise<void> {
  let known = 0
  for (let wait = 500; ; wait = Math.min(wait * 2, 5_000)) {
    try {
      const response = await fetch(root.dataset['source'] ?? '', { method: 'POST', headers: tokenHeader() })
      if (response.status >= 400 && response.status < 500) return
      if (response.ok && response.body !== null) {
        let position = 0
        for await (const batch of batches(response.body)) {
          const news = batch.slice(Math.max(0, known - position))
          position += batch.length
          if (news.length > 0) add(news)
          known = Math.max(known, position)
        }
        return
      }
    } catch {
      // The connection broke.
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

async function* batches(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Line[]> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const texts = (rest + value).split('\n')
    rest = texts.pop() ?? ''
    yield texts.map((text) => JSON.parse(text) as Line)
  }
}

function isOf({ s, m }: Line, wanted: string): boolean {
  if (wanted === '') return true
  if (wanted === 'platform') return m
  return wanted === 'problems' ? PROBLEMS.has(s) : s === wanted
}

function textOf({ p }: Line): string {
  return p.map((part) => (typeof part === 'string' ? part : part[0])).join('')
}

/** What came from a program gets into the page as text only. */
function elementOf(line: Line, index: number): HTMLElement {
  const element = document.createElement('div')
  element.className = `line ${line.m ? 'platform' : line.s}`
  element.style.top = `${index * LINE}px`
  const at = document.createElement('span')
  at.className = 'at'
  at.title = line.t
  at.textContent = localTime(line.t)
  const text = document.createElement('span')
  text.className = 'text'
  if (line.m) text.append(`${line.s} `)
  for (const part of line.p) {
    if (typeof part === 'string') text.append(part)
    else {
      const span = document.createElement('span')
      span.className = part[1]
      span.textContent = part[0]
      text.append(span)
    }
  }
  element.append(at, text)
  return element
}

function localTime(time: string): string {
  const date = new Date(time)
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
