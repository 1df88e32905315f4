// Draws what a terminal has shown, as a picture that plays once.

import { styledText } from '../../packages/local/dist/dashboard/log/styled-text.js'
import { COLUMNS } from './record.js'

/** @typedef {import('./record.js').Shown} Shown */

const FONT = 13
const CHARACTER = FONT * 0.6
const LINE = 19
const MARGIN = 16
/** Seconds between two lines, and before a command. */
const BETWEEN_LINES = 0.12
const BEFORE_COMMAND = 1.2

const STYLE = `
text { font: ${FONT}px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d7dce2; white-space: pre }
.prompt { fill: #8b949e } .command, .ansi-bold { font-weight: 600 } .ansi-dim { opacity: .65 } .ansi-italic { font-style: italic }
.ansi-underline { text-decoration: underline } .ansi-red { fill: #ff7b72 } .ansi-green { fill: #7ee787 } .ansi-yellow { fill: #e3b341 }
.ansi-blue { fill: #79c0ff } .ansi-magenta { fill: #d2a8ff } .ansi-cyan { fill: #76e3ea } .ansi-black { fill: #8b949e } .ansi-white { fill: #f0f6fc }
@media (prefers-reduced-motion: no-preference) { .line { opacity: 0; animation: show 1ms forwards } @keyframes show { to { opacity: 1 } } }
`

/** @param {readonly Shown[]} shown */
export function toSvg(shown) {
  /** @type {{ time: number, parts: string }[]} */
  const lines = []
  let time = 0.3
  for (const [index, { prompt, lines: printed }] of shown.entries()) {
    if (index > 0) {
      time += BEFORE_COMMAND
      lines.push({ time, parts: '' })
    }
    lines.push({ time, parts: `<tspan class="prompt">$ </tspan><tspan class="command">${escape(prompt)}</tspan>` })
    time += BEFORE_COMMAND / 2
    for (const line of printed)
      for (const row of rowsOf(line)) lines.push({ time: (time += BETWEEN_LINES), parts: row.map(toSpan).join('') })
  }
  const [width, height] = [2 * MARGIN + COLUMNS * CHARACTER, 2 * MARGIN + lines.length * LINE]
  const texts = lines.map(
    ({ time: at, parts }, row) =>
      `<text class="line" x="${MARGIN}" y="${MARGIN + (row + 0.75) * LINE}" style="animation-delay:${at.toFixed(2)}s">${parts}</text>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A terminal">`,
    `<style>${STYLE}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    ...texts,
    '</svg>',
    '',
  ].join('\n')
}

/** @typedef {import('../../packages/local/dist/dashboard/log/styled-text.js').StyledPart} Part */

/**
 * The rows that a line takes in the terminal.
 * @param {string} line
 * @returns {Part[][]}
 */
function rowsOf(line) {
  /** @type {Part[][]} */
  const rows = [[]]
  let column = 0
  for (const part of styledText(line)) {
    const [text, classes] = typeof part === 'string' ? [part, undefined] : part
    for (let rest = text; rest !== '';) {
      if (column === COLUMNS) {
        rows.push([])
        column = 0
      }
      const piece = rest.slice(0, COLUMNS - column)
      rest = rest.slice(piece.length)
      column += piece.length
      rows.at(-1)?.push(classes === undefined ? piece : [piece, classes])
    }
  }
  return rows
}

/** @param {Part} part */
function toSpan(part) {
  if (typeof part === 'string') return escape(part)
  const [text, classes] = part
  return `<tspan class="${classes}">${escape(text)}</tspan>`
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
