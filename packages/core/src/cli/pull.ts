import type { Command } from '../command-line/command.js'
import { tagOf } from '../record/facts.js'
import { commandOf, type Context } from './command-of.js'
import { connect, findPublished } from './connect.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { CONNECTION_OPTIONS } from './options/connection-options.js'
import { ENGINE_OPTION } from './options/engine-option.js'
import { checkCount, requireTag } from './options/positionals.js'
import { readOptions } from './options/read-options.js'

const OPTIONS = {
  output: { short: 'o', value: '<dir>', description: 'Directory for it, which must be empty or absent (default: its name)' },
  ...ENGINE_OPTION,
  ...COMMON_OPTIONS,
  ...CONNECTION_OPTIONS,
} as const

export const pull: Command = commandOf({
  usage: '<tag> [options]',
  summary: 'Download what is published, and unpack it so that it can be published again',
  options: OPTIONS,
  examples: ['bytenite-uploader pull my-app', 'bytenite-uploader pull my-app@1.0 -o old'],
  run,
})

async function run({ values, positionals, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 1)
  const tag = requireTag(positionals[0])
  const client = await connect(await readOptions(values, CONNECTION_OPTIONS), screen, signal)
  const { kind, api, record } = await findPublished(client, tag, values.engine === true)
  const [{ pullArchive }, { whileDownloading }] = await Promise.all([
    import('../pull/pull-archive.js'),
    import('./output/while-downloading.js'),
  ])
  const exact = tagOf(record)
  const { directory, hash, verified, hadLogin } = await whileDownloading(exact, screen, (onProgress) =>
    pullArchive(api, exact, values.output ?? tag.replace(/@.*/, ''), onProgress),
  )
  screen.say(`pulled ${exact} into ${directory}, sha256 ${hash.hex}`)
  if (!verified) screen.say("not verified: the platform's record contains no hash")
  if (hadLogin)
    screen.warn(
      'the login of its private registry was left out of manifest.json. To publish it, set BYTENITE_REGISTRY_USERNAME and BYTENITE_REGISTRY_TOKEN.',
    )
  screen.result({ tag: exact, kind, directory, hash: hash.hex, verified, record })
}
