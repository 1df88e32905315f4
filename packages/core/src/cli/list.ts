import type { Command } from '../command-line/command.js'
import { formatTable } from '../command-line/table.js'
import type { AppRecord, EngineRecord } from '../wire.js'
import { tagOf } from '../record/facts.js'
import { commandOf, type Context } from './command-of.js'
import { connect } from './connect.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { CONNECTION_OPTIONS } from './options/connection-options.js'
import { checkCount } from './options/positionals.js'
import { readOptions } from './options/read-options.js'

const OPTIONS = { engines: { description: 'List engines instead of apps' }, ...COMMON_OPTIONS, ...CONNECTION_OPTIONS }

export const list: Command = commandOf({
  usage: '[options]',
  summary: 'List the apps, or the engines, that are published',
  options: OPTIONS,
  examples: ['bytenite-uploader list', 'bytenite-uploader list --engines', 'bytenite-uploader list --quiet'],
  run,
})

async function run({ values, positionals, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 0)
  const client = await connect(await readOptions(values, CONNECTION_OPTIONS), screen, signal)
  const kind = values.engines === true ? 'engines' : 'apps'
  const records: (AppRecord & EngineRecord)[] = []
  for await (const record of client[kind].list({ orderBy: 'name' })) records.push(record)
  if (values.quiet === true) for (const record of records) screen.data(tagOf(record))
  else if (records.length === 0) screen.say(`no ${kind}`)
  else {
    const rows = records.map((record) => [
      tagOf(record),
      ...(kind === 'engines' ? [record.type ?? ''] : []),
      record.status ?? '',
      record.revision ?? '',
      record.updatedAt ?? '',
    ])
    const titles = ['TAG', ...(kind === 'engines' ? ['TYPE'] : []), 'STATUS', 'REVISION', 'PUBLISHED']
    for (const line of formatTable([titles, ...rows])) screen.data(line)
  }
  screen.result({ [kind]: records })
}
