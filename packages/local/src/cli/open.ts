import { createClient } from 'bytenite-uploader'
import { type Command, type Options, parseArguments, UsageError } from 'bytenite-uploader/internal/command-line'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { CONNECTION_OPTIONS, findConnection } from './connection.js'

const OPTIONS = { ...CONNECTION_OPTIONS } satisfies Options

export const open: Command = {
  usage: '[options]',
  summary: 'Print a link that logs a browser in to the dashboard, once',
  options: OPTIONS,
  examples: ['bytenite-local open'],
  run: printLink,
}

/** Does not start a browser: the link would then be in its command line, which every user of the machine can read. */
async function printLink(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [unexpected] = positionals
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
  const { link } = await createClient(findConnection(values)).createLoginLink()
  console.log(plainText(link))
  if (process.stdout.isTTY) console.error('Open it within ten minutes. It works once.')
}
