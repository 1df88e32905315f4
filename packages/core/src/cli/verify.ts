import type { Command } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import type { LiveDifference } from '../compare/compare-with-live.js'
import type { PackedArchive } from '../compare/readable-archive.js'
import type { Reason } from '../compare/reasons.js'
import { commandOf, type Context } from './command-of.js'
import { compare, COMPARING, packDirectory } from './compare.js'
import { EXIT_CODES } from './exit-codes.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { checkCount, requireTag } from './options/positionals.js'
import { readOptions } from './options/read-options.js'
import { differenceJson } from './output/difference-json.js'
import type { Screen } from './output/screen.js'
import type { TwoBuilds } from './verify/build-twice.js'

const OPTIONS = { ...COMMON_OPTIONS, ...COMPARING }

export const verify: Command = commandOf({
  usage: '<tag> [dir] [options] [-- <build command>]',
  summary: 'Prove that what is published is exactly what a directory, or a build of it, gives',
  options: OPTIONS,
  examples: [
    'bytenite-uploader verify my-app@1.0 dist',
    'bytenite-uploader verify my-app@1.0 dist -- vite build',
    'bytenite-uploader verify my-app@1.0 dist --json -- npm run build',
  ],
  run,
})

async function run({ values, positionals, rest, hasRest, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 2)
  const tag = requireTag(positionals[0])
  const [command, ...parameters] = rest
  if (hasRest && command === undefined) throw new UsageError('Missing the build command after "--".')
  const { maxDownload, ...given } = await readOptions(values, COMPARING)
  const pack = (): Promise<PackedArchive> => packDirectory(positionals[1], given, screen, signal)
  const judge = async (packed: PackedArchive, builds?: TwoBuilds): Promise<void> => {
    const compared = await compare(tag, packed, { maxDownload, ...given }, screen, signal)
    await conclude(compared, builds, screen)
  }
  if (command === undefined) return judge(await pack())
  const { withTwoBuilds } = await import('./verify/build-twice.js')
  const options = {
    command: [command, ...parameters] as const,
    tag,
    pack,
    screen,
    isJson: values.json === true,
    signal,
  }
  await withTwoBuilds(options, (builds) => judge(builds.packed, builds))
}

async function conclude(compared: LiveDifference, builds: TwoBuilds | undefined, screen: Screen): Promise<void> {
  const { difference, comparison } = compared
  const { findReasons } = await import('../compare/reasons.js')
  const reasons = difference.isSame || comparison === undefined ? [] : findReasons(comparison)
  if (builds !== undefined) await showBuilds(builds, screen)
  await showVerdict(compared, reasons, screen)
  if (!difference.isSame || builds?.difference.isSame === false) process.exitCode = EXIT_CODES.different
  screen.result({
    ...differenceJson(difference),
    reasons,
    builds: builds === undefined ? null : { ...differenceJson(builds.difference), reasons: builds.reasons },
  })
}

async function showBuilds({ difference, reasons }: TwoBuilds, screen: Screen): Promise<void> {
  if (difference.isSame) return screen.say('two builds of the same source are the same')
  const { differenceLines } = await import('../report/difference-text.js')
  screen.say('two builds of the same source differ:')
  for (const line of [...differenceLines(difference), ...reasonLines(reasons)]) screen.say(`  ${line}`)
}

async function showVerdict({ difference, record }: LiveDifference, reasons: readonly Reason[], screen: Screen): Promise<void> {
  const { before } = difference
  const revision = record.revision === undefined ? '' : `, revision ${record.revision}`
  if (difference.isSame) return screen.say(`the same: ${before.tag}${revision} is exactly this (sha256 ${before.hash})`)
  const { differenceLines } = await import('../report/difference-text.js')
  screen.say(`not the same: ${before.tag}${revision} is another archive`)
  for (const line of [...differenceLines(difference), ...reasonLines(reasons)]) screen.say(`  ${line}`)
}

function reasonLines(reasons: readonly Reason[]): string[] {
  return reasons.map(({ message, files }) => `likely reason: ${message}${files.length === 0 ? '' : ` In ${files.join(', ')}.`}`)
}
