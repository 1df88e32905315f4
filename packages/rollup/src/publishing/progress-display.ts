import type { Progress } from 'bytenite-uploader'
import { formatBytes } from 'bytenite-uploader/internal'
import ci from 'ci-info'
import type { WriteStream } from 'node:tty'
import { formatDuration } from './format-duration.js'
import type { Logger } from '../lifecycle/host.js'

/** Shows how an upload goes on: nothing of a short one. */
export interface ProgressDisplay {
  update(progress: Progress): void
  /** Makes room for other output, and ends it. */
  clear(): void
}

/** Milliseconds until something is shown, and between two lines. */
const FIRST = 1_000
const BETWEEN_LINES = 10_000

/** A terminal that a line can be drawn on again and again; `undefined` where output is only written down. */
export function findTerminal(): WriteStream | undefined {
  return process.stderr.isTTY && !ci.isCI && process.env['TERM'] !== 'dumb' ? process.stderr : undefined
}

/** A bar on a terminal, else a line now and then. */
export function createProgressDisplay(tag: string, logger: Logger, terminal: WriteStream | undefined): ProgressDisplay {
  const start = performance.now()
  let nextLine = start + FIRST
  let isDrawn = false
  return {
    update(progress) {
      const now = performance.now()
      if (now < start + FIRST) return
      if (terminal !== undefined) {
        isDrawn = true
        terminal.write(`\r${drawBar(tag, progress, terminal.columns)}\u001b[K`)
      } else if (now >= nextLine) {
        nextLine = now + BETWEEN_LINES
        logger.info(`uploading ${tag}: ${describe(progress)}`)
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

function drawBar(tag: string, progress: Progress, columns: number): string {
  const filled = Math.floor((progress.sent / progress.total) * BAR_WIDTH)
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
  // A line that is wider than the terminal could not be drawn over; some terminals do not tell their width.
  return `uploading ${tag} ${bar} ${describe(progress)}`.slice(0, (columns || 80) - 1)
}
