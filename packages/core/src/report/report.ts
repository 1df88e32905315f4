import { relative } from 'node:path'
import type { WriteStream } from 'node:tty'
import ci from 'ci-info'
import colors from 'picocolors'
import type { ArchiveHash } from '../archive/hash.js'
import type { Progress } from '../client/api/progress.js'
import type { PackSummary, SmokeEvent } from '../options.js'
import { plainText } from '../plain-text.js'
import type { PublishResult } from '../publish.js'
import { factsOf, fieldText } from '../record/facts.js'
import { formatBytes, formatSeconds } from '../utils/format.js'
import type { Logger } from '../utils/logger.js'
import { differenceLines } from './difference-text.js'
import { createProgressDisplay, type ProgressDisplay } from './progress-display.js'

/** Everything the user reads about a build's archive. */
export interface Report {
  warning(message: string): void
  packed(summary: PackSummary): void
  progress(progress: Progress): void
  smoke(event: SmokeEvent): void
  published(published: PublishResult, milliseconds: number): void
  notPublished(reason: string): void
  /** Also shows on the summary page of a CI run, where there is one, why nothing was published. */
  annotate(reason: string): void
  /** Clears the progress bar, so that other output can follow. */
  end(): void
}

/** Files, and fields, that are named when another archive was replaced. */
const FEW = 20

/** @param terminal where a progress bar may be drawn */
export function createReport(logger: Logger, root: string, terminal: WriteStream | undefined): Report {
  let display: ProgressDisplay | undefined
  let isHashShown = false
  return {
    warning(message) {
      display?.clear()
      logger.warn(colors.yellow(`warning: ${message}`))
    },
    packed({ tag, files, sourceMaps, notes, size, hash }) {
      display = createProgressDisplay(`uploading ${tag}`, logger, terminal)
      isHashShown = hash !== undefined
      const figures = [`${files} ${files === 1 ? 'file' : 'files'}`, formatBytes(size), ...shownHash(hash)]
      logger.info(`packed ${colors.bold(tag)} ${colors.dim(`(${figures.join(', ')})`)}`)
      for (const note of notes) logger.info(note)
      if (sourceMaps === 1) logger.info(`includes a source map, which exposes your source (set exclude: '**/*.map' to leave it out)`)
      else if (sourceMaps > 1) {
        logger.info(`includes ${sourceMaps} source maps, which expose your source (set exclude: '**/*.map' to leave them out)`)
      }
    },
    progress(progress) {
      display?.update(progress)
    },
    smoke(event) {
      if (event.state === 'started') logger.info('running it once on this machine, before it is sent')
      else logger.info(`it ran: ${formatSeconds(event.milliseconds)}`)
    },
    published({ tag, hash, record, recordFile, verified, unchanged, replaced, difference, template }, milliseconds) {
      display?.clear()
      const { status } = record
      const facts = [...factsOf(record), ...shownHash(isHashShown ? undefined : hash), `${(milliseconds / 1000).toFixed(1)} s`].join(', ')
      if (unchanged) {
        logger.info(
          `${colors.green('up to date')} ${colors.bold(tag)} (${facts}): the platform already has this archive, so nothing was sent`,
        )
      } else logger.info(`${colors.green('published')} ${colors.bold(tag)} (${facts})`)
      if (replaced !== undefined) logger.info(`replaced another archive of ${tag} (${factsOf(replaced).join(', ')})`)
      for (const line of difference === undefined ? [] : differenceLines(difference, FEW)) logger.info(`  ${line}`)
      if (!verified) logger.info(`not verified: the platform's response contains no hash`)
      if (template !== undefined) logger.info(`job template ${fieldText(template.template.id)} ${template.change}`)
      if (recordFile !== undefined) logger.info(`record in ${plainText(relative(root, recordFile))}`)
      if (status === 'inactive') logger.info(`next: activate ${tag} so that jobs can use it, not only test runs (or set activate: true)`)
    },
    notPublished(reason) {
      logger.info(`not published: ${plainText(reason)}`)
    },
    annotate(reason) {
      if (!ci.GITHUB_ACTIONS) return
      // A workflow command is a line of standard output. GitHub decodes percent-encoded characters in it.
      const data = plainText(reason).replaceAll('%', '%25')
      process.stdout.write(`::warning title=ByteNite::Not published to ByteNite: ${data}\n`)
    },
    end() {
      display?.clear()
    },
  }
}

function shownHash(hash: ArchiveHash | undefined): string[] {
  return hash === undefined ? [] : [`sha256 ${hash.hex}`]
}
