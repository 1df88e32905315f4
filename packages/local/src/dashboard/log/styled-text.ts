import { visibleText } from '../../utils/visible-text.js'

/** Text, or text with the classes of its look. */
export type StyledPart = string | [text: string, classes: string]

// eslint-disable-next-line no-control-regex
const STYLE = /\u001b\[([\d;:]*)m/g

/** What else a terminal acts on: escape sequences, which are left out, and single characters, which are shown. */
// eslint-disable-next-line no-control-regex
const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

interface Style {
  colour: string
  flags: Set<string>
}

/**
 * A line that a program printed, with the colours that it asked for. All else that a terminal would act on is gone, or is shown as a
 * character. What is returned is text: whoever shows it must not take it for markup.
 */
export function styledText(line: string): StyledPart[] {
  // What came before a carriage return, a terminal would have written over.
  const shown = line.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  if (!shown.includes('\u001b')) return [visible(shown)]
  const style: Style = { colour: '', flags: new Set() }
  const parts: StyledPart[] = []
  let position = 0
  const add = (text: string): void => {
    const clean = visible(text.replace(SEQUENCE, ''))
    const classes = [style.colour, ...style.flags].filter((name) => name !== '').join(' ')
    if (clean !== '') parts.push(classes === '' ? clean : [clean, classes])
  }
  for (const match of shown.matchAll(STYLE)) {
    add(shown.slice(position, match.index))
    position = match.index + match[0].length
    apply(style, (match[1] ?? '').split(/[;:]/).map(Number))
  }
  add(shown.slice(position))
  return parts
}

/** The symbols for control characters, and escapes for what would hide or reorder other text. A tab stays. */
function visible(text: string): string {
  const shown = text.replace(CONTROL, (character) =>
    character === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + character.charCodeAt(0)),
  )
  return visibleText(shown)
}

function apply(style: Style, codes: readonly number[]): void {
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] as number
    if (code === 0) reset(style)
    else if (code === 1) style.flags.add('ansi-bold')
    else if (code === 2) style.flags.add('ansi-dim')
    else if (code === 3) style.flags.add('ansi-italic')
    else if (code === 4) style.flags.add('ansi-underline')
    else if (code === 22) ['ansi-bold', 'ansi-dim'].forEach((flag) => style.flags.delete(flag))
    else if (code === 23) style.flags.delete('ansi-italic')
    else if (code === 24) style.flags.delete('ansi-underline')
    else if (code >= 30 && code <= 37) style.colour = `ansi-${COLOURS[code - 30]}`
    else if (code >= 90 && code <= 97) style.colour = `ansi-${COLOURS[code - 90]}`
    else if (code === 39) style.colour = ''
    else if (code === 38 || code === 48) {
      const [colour, length] = extended(codes.slice(index + 1))
      if (code === 38) style.colour = colour
      index += length
    }
  }
}

function reset(style: Style): void {
  style.colour = ''
  style.flags.clear()
}

/** A colour out of 256, or by its parts, as the nearest of the eight, and how many numbers said so. */
function extended([kind, ...values]: readonly number[]): [colour: string, length: number] {
  if (kind === 5) return [indexed(values[0] ?? 0), 2]
  if (kind === 2) return [nearest(values[0] ?? 0, values[1] ?? 0, values[2] ?? 0), 4]
  return ['', 1]
}

function indexed(index: number): string {
  if (index < 16) return `ansi-${COLOURS[index % 8]}`
  if (index > 231) return index > 243 ? 'ansi-white' : 'ansi-black'
  const cube = index - 16
  return nearest(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51)
}

function nearest(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue)
  const bits = [red, green, blue].map((value) => (most > 0 && value > most / 2 ? 1 : 0))
  return `ansi-${COLOURS[most < 60 ? 0 : (bits[0] ?? 0) + 2 * (bits[1] ?? 0) + 4 * (bits[2] ?? 0)]}`
}
