import type { Command } from '../command-line/command.js'
import { commandOf, type Context } from './command-of.js'
import { compare, COMPARING, packDirectory } from './compare.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { checkCount, requireTag } from './options/positionals.js'
import { readOptions } from './options/read-options.js'
import { differenceJson } from './output/difference-json.js'

const OPTIONS = { ...COMMON_OPTIONS, ...COMPARING }

export const diff: Command = commandOf({
  usage: '<tag> <dir> [options]',
  summary: 'Say what publishing a directory would change: files, lines, fields, size',
  options: OPTIONS,
  examples: ['bytenite-uploader diff my-app dist', 'bytenite-uploader diff my-app@1.0 dist --json'],
  run,
})

async function run({ values, positionals, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 2)
  const tag = requireTag(positionals[0])
  const { maxDownload, ...given } = await readOptions(values, COMPARING)
  const packed = await packDirectory(positionals[1], given, screen, signal)
  const { difference } = await compare(tag, packed, { maxDownload, ...given }, screen, signal)
  const { before, after } = difference
  if (difference.isSame) screen.data(`nothing would change: ${before.tag} is the same archive (sha256 ${before.hash})`)
  else {
    const { differenceLines } = await import('../report/difference-text.js')
    screen.data(before.tag === after.tag ? `publishing would change ${after.tag}:` : `from ${before.tag} to ${after.tag}:`)
    for (const line of differenceLines(difference)) screen.data(`  ${line}`)
  }
  screen.result(differenceJson(difference))
}
