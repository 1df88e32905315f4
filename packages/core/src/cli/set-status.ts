import type { RequestOptions } from '../connection/request-options.js'
import type { Command } from '../command-line/command.js'
import { tagOf } from '../record/facts.js'
import { commandOf } from './command-of.js'
import { connect, findPublished } from './connect.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { CONNECTION_OPTIONS } from './options/connection-options.js'
import { ENGINE_OPTION } from './options/engine-option.js'
import { checkCount, requireTag } from './options/positionals.js'
import { readOptions } from './options/read-options.js'

/** The command that activates, or deactivates, what a tag means, and waits until that is so. */
export function setStatus(name: 'activate' | 'deactivate', summary: string): Command {
  const wanted = name === 'activate' ? 'active' : 'inactive'
  return commandOf({
    usage: '<tag> [options]',
    summary,
    options: { ...ENGINE_OPTION, ...COMMON_OPTIONS, ...CONNECTION_OPTIONS },
    examples: [`bytenite-uploader ${name} my-app@1.0`, `bytenite-uploader ${name} my-engine --engine`],
    async run({ values, positionals, screen, signal }) {
      checkCount(positionals, 1)
      const tag = requireTag(positionals[0])
      const given = await readOptions(values, CONNECTION_OPTIONS)
      const client = await connect(given, screen, signal)
      const { kind, api, record } = await findPublished(client, tag, values.engine === true)
      const { changeStatus } = await import('../publish/activate.js')
      const { resolveLimits } = await import('../connection/request-options.js')
      const changed = await changeStatus(api, record, wanted, { ...resolveLimits(given as RequestOptions), signal })
      screen.say(`${tagOf(changed)} is ${wanted}${changed === record ? ' already' : ''}`)
      screen.result({ tag: tagOf(changed), kind, status: changed.status ?? null, changed: changed !== record, record: changed })
    },
  })
}
