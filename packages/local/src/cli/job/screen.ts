import { plainText } from 'bytenite-uploader/internal/plain-text'
import { warn } from '../warn.js'
import { logText } from './log-text.js'

/** Where a command shows a job. */
export interface Screen {
  /** Whether there is a line that is rewritten. */
  readonly isLive: boolean
  /** Prints a line of this command. */
  say(text: string): void
  /** Whether programs may print colours here. */
  readonly hasColours: boolean
  /** Prints a line of a program. */
  output(line: string): void
  /** Prints a line of a program to the standard error. */
  error(line: string): void
  /** Prints something that does not stop the command, to the standard error. */
  warn(message: string): void
  /** Draws the line that is rewritten, if there is one. Anything else that is printed comes above it. */
  draw(text: string): void
  /** Takes that line away. */
  clear(): void
}

/** @param isJson whether the standard output is for JSON only; then everything else goes to the standard error */
export function createScreen(isJson = false): Screen {
  const stream = isJson ? process.stderr : process.stdout
  const { NO_COLOR: noColor, TERM: terminal, CI: ci } = process.env
  const isLive = stream.isTTY && terminal !== 'dumb' && !ci
  const hasColours = stream.isTTY === true && !noColor
  let drawn = ''
  const erase = (): void => void (drawn !== '' && stream.write('\r\u001b[K'))
  const redraw = (): void => void (drawn !== '' && stream.write(drawn))
  const print = (line: string): void => {
    erase()
    stream.write(`${line}\n`)
    redraw()
  }
  return {
    isLive,
    hasColours,
    say: (text) => print(plainText(text)),
    output: (line) => print(logText(line, hasColours)),
    error(line) {
      erase()
      process.stderr.write(`${logText(line, hasColours && process.stderr.isTTY)}\n`)
      redraw()
    },
    warn(message) {
      erase()
      warn(message)
      redraw()
    },
    draw(text) {
      // A line wider than the terminal cannot be rewritten. Some terminals do not report their width.
      const line = plainText(text).slice(0, (stream.columns || 80) - 1)
      if (!isLive || line === drawn) return
      erase()
      drawn = line
      redraw()
    },
    clear() {
      erase()
      drawn = ''
    },
  }
}
