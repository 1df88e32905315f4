import { relative } from 'node:path'
import type { PackSummary, Published } from 'bytenite-uploader'
import ci from 'ci-info'
import colors from 'picocolors'
import type { Logger } from './host.js'

/** What a user reads about a build's archive. */
export interface Report {
  warning(message: string): void
  packed(summary: PackSummary): void
  published(published: Published, milliseconds: number): void
  notPublished(reason: string): void
  /** Says on the page of a CI run, where there is one, that nothing was published. */
  annotate(reason: string): void
}

export function createReport(logger: Logger, root: string): Report {
  return {
    warning(message) {
      logger.warn(colors.yellow(`warning: ${message}`))
    },
    packed({ tag, files, size, hash }) {
      const figures = `${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(size)}, sha256 ${hash.hex}`
      logger.info(`packed ${colors.bold(tag)} ${colors.dim(`(${figures})`)}`)
    },
    published({ tag, record, recordFile, verified }, milliseconds) {
      const { revision, status } = record
      const facts = [revision && `revision ${revision}`, status, `${(milliseconds / 1000).toFixed(1)} s`]
      logger.info(`${colors.green('published')} ${colors.bold(tag)} (${facts.filter(Boolean).join(', ')})`)
      if (!verified) logger.info(`the platform's answer had no hash to compare with`)
      if (recordFile !== undefined) logger.info(`record in ${relative(root, recordFile)}`)
      if (status === 'inactive') logger.info(`next: activate ${tag}, so that jobs can use it`)
    },
    notPublished(reason) {
      logger.info(`not published: ${reason}`)
    },
    annotate(reason) {
      // A workflow command is a line of standard output.
      if (ci.GITHUB_ACTIONS) process.stdout.write(`::warning title=ByteNite::Not published to ByteNite: ${reason}\n`)
    },
  }
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`
}
