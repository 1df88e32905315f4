import { readLines, type Line } from './log-lines.js'
import { LogSearch } from './log-search.js'

/** Pixels. Lines do not wrap, so that each has a place that is known without the others. */
const LINE = 18
/** Pixels. Browsers cut what is higher than about 17 million. */
const MAX_HEIGHT = 15_000_000
/** Lines that are drawn above and below those in sight. */
const MARGIN = 30

/** Makes a log complete, live and searchable. Only the lines in sight are in the page. */
export function enhance(root: HTMLElement): void {
  const log = root.querySelector<HTMLElement>('.log')
  const box = root.querySelector<HTMLElement>('.lines')
  const text = root.querySelector<HTMLInputElement>('[name="search"]')
  const stream = root.querySelector<HTMLSelectElement>('[name="stream"]')
  const follow = root.querySelector<HTMLInputElement>('[name="follow"]')
  const count = root.querySelector<HTMLOutputElement>('[name="count"]')
  if (!log || !box || !text || !stream || !follow || !count) return
  const lines: Line[] = []
  let isDrawing = false
  /** Where the log was scrolled to, as it was last seen. */
  let lastTop = 0

  const draw = (): void => {
    isDrawing = false
    const { found, searched } = search
    const whole = found.length * LINE
    const height = Math.min(whole, MAX_HEIGHT)
    box.style.height = `${height}px`
    if (follow.checked) log.scrollTop = log.scrollHeight
    lastTop = log.scrollTop
    // A log that is too high is scrolled faster: from its first line to its last one, as any other.
    const room = height - log.clientHeight
    const top = whole === height || room <= 0 ? log.scrollTop : (log.scrollTop / room) * (whole - log.clientHeight)
    const first = Math.max(0, Math.floor(top / LINE) - MARGIN)
    const last = Math.min(found.length, Math.ceil((top + log.clientHeight) / LINE) + MARGIN)
    const shift = log.scrollTop - top
    box.replaceChildren(...found.slice(first, last).map((line, index) => elementOf(line, (first + index) * LINE + shift)))
    count.textContent = found === lines ? `${lines.length} lines` : `${found.length} of ${searched} lines`
  }
  const drawSoon = (): void => {
    if (!isDrawing) requestAnimationFrame(draw)
    isDrawing = true
  }
  const search = new LogSearch(lines, drawSoon)
  const filter = (): void => search.start({ stream: stream.value, text: text.value })

  text.addEventListener('input', filter)
  stream.addEventListener('input', filter)
  follow.addEventListener('input', drawSoon)
  log.addEventListener('scroll', () => {
    const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - LINE
    // Whoever scrolls up wants to read. The end alone may be far away because lines have come meanwhile.
    if (log.scrollTop < lastTop && !isAtEnd) follow.checked = false
    lastTop = log.scrollTop
    drawSoon()
  })
  void readLines(root.dataset['source'] ?? '', (batch) => {
    box.classList.add('virtual')
    for (const line of batch) lines.push(line)
    search.goOn()
  })
}

/** What came from a program gets into the page as text only. */
function elementOf(line: Line, top: number): HTMLElement {
  const element = document.createElement('div')
  element.className = `line ${line.m ? 'platform' : line.s}`
  element.style.top = `${top}px`
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
  const [clock] = date.toTimeString().split(' ')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
