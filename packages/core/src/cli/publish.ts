import type { Command } from '../command-line/command.js'
import type { PublishOptions, PublishOutputOptions } from '../options.js'
import type { PublishResult } from '../publish.js'
import { commandOf, type Context } from './command-of.js'
import { describeDirectory } from './options/app-directory.js'
import { COMMON_OPTIONS } from './options/common-options.js'
import { CONNECTION_OPTIONS } from './options/connection-options.js'
import { PACK_OPTIONS } from './options/pack-options.js'
import { checkCount } from './options/positionals.js'
import { PUBLISH_OPTIONS } from './options/publish-options.js'
import { readOptions } from './options/read-options.js'
import { differenceJson } from './output/difference-json.js'

const LIBRARY = { ...PACK_OPTIONS, ...PUBLISH_OPTIONS, ...CONNECTION_OPTIONS }
const OPTIONS = {
  'dry-run': { description: 'Say what would be published and where, without credentials and without the network' },
  ...COMMON_OPTIONS,
  ...LIBRARY,
}

export const publish: Command = commandOf({
  usage: '<dir> [options]',
  summary: 'Pack a directory, upload it, and write the record that comes back',
  options: OPTIONS,
  examples: [
    'bytenite-uploader publish dist',
    'bytenite-uploader publish counter --manifest.name counter --manifest.version 0.1',
    'bytenite-uploader publish dist --dry-run',
    `bytenite-uploader publish dist --smoke.input sample.txt --smoke.params '{"case":"upper"}'`,
    'bytenite-uploader publish dist --publish auto',
  ],
  run,
})

async function run({ values, positionals, screen, signal }: Context<typeof OPTIONS>): Promise<void> {
  checkCount(positionals, 1)
  const given = await readOptions(values, LIBRARY)
  const { smoke, publish: setting, ...others } = { ...given, ...describeDirectory(positionals[0], given) } as Record<string, unknown>
  const options = {
    ...others,
    ...(smoke !== undefined && smoke !== false && { smoke: smoke === true ? {} : smoke }),
    signal,
  } as unknown as PublishOptions
  if (values['dry-run'] === true) return dryRun(options, screen)
  const { attemptPublish } = await import('../publish-output.js')
  const policy = { publish: readSetting(setting, options), logger: screen.logger } as Pick<PublishOutputOptions, 'publish' | 'logger'>
  const published = await attemptPublish({ ...options, ...policy }, { isQuiet: values.quiet === true })
  screen.result(published === undefined ? { published: false } : { published: true, ...factsOf(published) })
}

/** Whoever runs this command wants to publish, unless it is said otherwise. */
function readSetting(setting: unknown, { env }: PublishOptions): unknown {
  return setting ?? (env?.['BYTENITE_PUBLISH'] ? undefined : true)
}

async function dryRun(options: PublishOptions, screen: Context<typeof OPTIONS>['screen']): Promise<void> {
  const [{ resolveOptions }, { packResolved, whileInUse }, { createReport }] = await Promise.all([
    import('../resolve-options.js'),
    import('../pack.js'),
    import('../report/report.js'),
  ])
  const report = createReport(screen.logger, options.root ?? process.cwd(), undefined)
  // A dry run writes nothing.
  const resolved = resolveOptions({ ...options, archiveFile: undefined, onWarning: report.warning })
  const packed = await whileInUse(resolved, 'pack', () => packResolved(resolved))
  const { tag, files, size, hash, manifest } = packed
  report.packed(packed)
  screen.say(`would be published as ${tag} (${manifest.kind === 'apps' ? 'app' : 'engine'}) to ${resolved.apiUrl}`)
  screen.result({ published: false, dryRun: true, tag, kind: manifest.kind, apiUrl: resolved.apiUrl, files, size, hash: hash.hex })
}

function factsOf({
  tag,
  manifest,
  files,
  size,
  hash,
  verified,
  unchanged,
  record,
  recordFile,
  replaced,
  difference,
  template,
}: PublishResult): object {
  return {
    tag,
    kind: manifest.kind,
    files,
    size,
    hash: hash.hex,
    unchanged,
    verified,
    record,
    recordFile: recordFile ?? null,
    replaced: replaced ?? null,
    template: template === undefined ? null : { id: template.template.id, change: template.change },
    difference: difference === undefined ? null : differenceJson(difference),
  }
}
