import type { Command } from '../command-line/command.js'
import { stat } from 'node:fs/promises'
import { UsageError } from '../command-line/usage-error.js'
import { isTag } from '../manifest/tag.js'
import { commandOf, type Context } from './command-of.js'
import { CONNECTION_OPTIONS } from './options/connection-options.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { ENGINE_OPTION } from './options/engine-option.js'
import { PACK_OPTIONS } from './options/pack-options.js'
import { checkCount } from './options/positionals.js'
import { readOptions } from './options/read-options.js'

const LIBRARY = { ...PACK_OPTIONS, ...CONNECTION_OPTIONS }
const OPTIONS = { ...ENGINE_OPTION, ...COMMON_OPTIONS, ...LIBRARY }

export const inspect: Command = commandOf({
  usage: '<dir|file|tag> [options]',
  summary: 'Show what a directory, an archive in a file, or a published one holds, and what would fail',
  options: OPTIONS,
  examples: ['bytenite-uploader inspect dist', 'bytenite-uploader inspect app.tar', 'bytenite-uploader inspect my-app@1.0 --json'],
  run,
})

async function run({ values, positionals, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 1)
  const [word] = positionals
  if (word === undefined) throw new UsageError('Missing what to inspect: a directory, a file with an archive, or a tag.')
  const given = await readOptions(values, LIBRARY)
  const [{ inspectDirectory, inspectFile, inspectTag }, { showInspection, inspectionJson }] = await Promise.all([
    import('./inspect/inspect.js'),
    import('./inspect/show.js'),
  ])
  const found = await stat(word).catch(() => undefined)
  const context = { given, screen, signal }
  const inspection =
    found === undefined
      ? await inspectTag(checkTag(word), values.engine === true, context)
      : found.isDirectory()
        ? await inspectDirectory(word, context)
        : await inspectFile(word, context)
  showInspection(inspection, screen)
  screen.result(inspectionJson(inspection))
}

/** @throws {UsageError} for what looks like a path */
function checkTag(word: string): string {
  if (isTag(word)) return word
  throw new UsageError(`There is no file or directory "${word}", and it is no tag, either.`)
}
