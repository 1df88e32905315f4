import type { WriteStream } from 'node:tty'
import ci from 'ci-info'
import type { Progress } from '../client/api/progress.js'
import { formatBytes } from '../utils/format.js'
import { formatDuration } from './format-duration.js'
import type { Logger } from '../utils/logger.js'

/** Shows the progress of an upload or a download, unless it is a short one. */
export interface ProgressDisplay {
  update(progress: Progress): void
  /** Clears the bar, so that other output can follow. */
  clear(): void
}

/** Milliseconds from the first byte until something is shown, and between two lines. */
const FIRST = 1_000
const BETWEEN_LINES = 10_000

/** A terminal on which a line can be redrawn; `undefined` where output goes to a file, a pipe or a CI log. */
export function findTerminal(): WriteStream | undefined {
  return process.stderr.isTTY && !ci.isCI && process.env['TERM'] !== 'dumb' ? process.stderr : undefined
}

/** A bar on a terminal, otherwise a line every ten seconds. @param what is done, and with what, such as `uploading app@1.0` */
export function createProgressDisplay(what: string, logger: Logger, terminal: WriteStream | undefined): ProgressDisplay {
  let start: number | undefined
  let nextLine = 0
  let isDrawn = false
  return {
    update(progress) {
      // Before the first byte is sent there is no rate to show: that time goes into connecting.
      if (progress.sent === 0) return
      const now = performance.now()
      start ??= now
      if (now < start + FIRST) return
      if (terminal !== undefined) {
        isDrawn = true
        terminal.write(`\r${drawBar(what, progress, terminal.columns)}\u001b[K`)
      } else if (now >= nextLine) {
        nextLine = now + BETWEEN_LINES
        logger.info(`${what}: ${describe(progress)}`)
      }
    },
    clear() {
      if (isDrawn) terminal?.write('\r\u001b[K')
      isDrawn = false
    },
  }
}

function describe({ sent, total, rate, remaining }: Progress): string {
  const parts = [`${percent({ sent, total })}, ${formatBytes(sent)} of ${formatBytes(total)}`, `${formatBytes(rate)}/s`]
  if (sent === total) parts.push('waiting for the response')
  else if (remaining !== undefined) parts.push(`${formatDuration(remaining)} left`)
  return parts.join(', ')
}

function percent({ sent, total }: Pick<Progress, 'sent' | 'total'>): string {
  return `${Math.floor((sent / total) * 100)} %`
}

const BAR_WIDTH = 20

function drawBar(what: string, progress: Progress, columns: number): string {
  const filled = Math.floor((progress.sent / progress.total) * BAR_WIDTH)
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
  // A line wider than the terminal cannot be redrawn. Some terminals do not report their width.
  return `${what} ${bar} ${describe(progress)}`.slice(0, (columns || 80) - 1)
}
