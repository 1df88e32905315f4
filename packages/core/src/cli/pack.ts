import type { Command } from '../command-line/command.js'
import type { PackOptions } from '../options.js'
import { commandOf, type Context } from './command-of.js'
import { describeDirectory } from './options/app-directory.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { PACK_OPTIONS } from './options/pack-options.js'
import { checkCount } from './options/positionals.js'
import { readOptions } from './options/read-options.js'

const OPTIONS = {
  output: { short: 'o', value: '<file>', description: 'Write the archive to this file (default: only pack and check)' },
  ...COMMON_OPTIONS,
  ...PACK_OPTIONS,
} as const

export const pack: Command = commandOf({
  usage: '<dir> [options]',
  summary: 'Pack a directory without sending it: its hash, its size, and the archive as a file',
  options: OPTIONS,
  examples: ['bytenite-uploader pack dist', 'bytenite-uploader pack dist -o app.tar', 'bytenite-uploader pack dist --json'],
  run,
})

async function run({ values, positionals, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 1)
  const given = await readOptions(values, PACK_OPTIONS)
  const [library, { createReport }] = await Promise.all([import('../pack.js'), import('../report/report.js')])
  const report = createReport(screen.logger, process.cwd(), undefined)
  const packed = await library.pack({
    ...given,
    ...describeDirectory(positionals[0], given),
    ...(values.output !== undefined && { archiveFile: values.output }),
    onWarning: report.warning,
    signal,
  } as PackOptions)
  report.packed(packed)
  if (values.output !== undefined) screen.say(`archive in ${values.output}`)
  if (values.output !== undefined && packed.manifest.registryToken !== undefined) {
    screen.warn(`${values.output} has the token for the private registry in its manifest. Keep it from others.`)
  }
  const { tag, manifest, files, size, hash } = packed
  screen.result({ tag, kind: manifest.kind, files, size, hash: hash.hex, archiveFile: values.output ?? null })
}
