import type { Command } from '../command-line/command.js'
import { factsOf, tagOf } from '../record/facts.js'
import { commandOf, type Context } from './command-of.js'
import { connect, findPublished } from './connect.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { CONNECTION_OPTIONS } from './options/connection-options.js'
import { ENGINE_OPTION } from './options/engine-option.js'
import { checkCount, requireTag } from './options/positionals.js'
import { readOptions } from './options/read-options.js'

const OPTIONS = { ...ENGINE_OPTION, ...COMMON_OPTIONS, ...CONNECTION_OPTIONS }

export const status: Command = commandOf({
  usage: '<tag> [options]',
  summary: 'Say whether an app or an engine is active, and what is published',
  options: OPTIONS,
  examples: ['bytenite-uploader status my-app', 'bytenite-uploader status my-app@1.0 --json'],
  run,
})

async function run({ values, positionals, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 1)
  const tag = requireTag(positionals[0])
  const client = await connect(await readOptions(values, CONNECTION_OPTIONS), screen, signal)
  const { kind, record } = await findPublished(client, tag, values.engine === true)
  if (values.quiet === true) screen.data(String(record.status))
  else screen.data(`${tagOf(record)} (${[kind === 'apps' ? 'app' : 'engine', ...factsOf(record)].join(', ')})`)
  screen.result({ tag: tagOf(record), kind, status: record.status ?? null, record })
}
