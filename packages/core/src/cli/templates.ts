import type { Command } from '../command-line/command.js'
import { formatTable } from '../command-line/table.js'
import type { JobTemplate } from '../wire.js'
import { commandOf, type Context } from './command-of.js'
import { connect } from './connect.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { CONNECTION_OPTIONS } from './options/connection-options.js'
import { checkCount } from './options/positionals.js'
import { readOptions } from './options/read-options.js'

const OPTIONS = { ...COMMON_OPTIONS, ...CONNECTION_OPTIONS }

export const templates: Command = commandOf({
  usage: '[id] [options]',
  summary: 'List the job templates, or show one',
  options: OPTIONS,
  examples: ['bytenite-uploader templates', 'bytenite-uploader templates my-app-template'],
  run,
})

async function run({ values, positionals, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 1)
  const [id] = positionals
  const client = await connect(await readOptions(values, CONNECTION_OPTIONS), screen, signal)
  if (id !== undefined) {
    const template = await client.templates.get(id)
    for (const line of JSON.stringify(template, null, 2).split('\n')) screen.data(line)
    return screen.result(template)
  }
  const found: JobTemplate[] = []
  for await (const template of client.templates.list()) found.push(template)
  if (values.quiet === true) for (const template of found) screen.data(template.id)
  else if (found.length === 0) screen.say('no job templates')
  else {
    const rows = found.map((template) => [template.id, template.app, template.partitioner, template.assembler])
    for (const line of formatTable([['ID', 'APP', 'PARTITIONER', 'ASSEMBLER'], ...rows])) screen.data(line)
  }
  screen.result({ templates: found })
}
