import { join } from 'node:path'
import { writeArchiveFile } from './archive/archive-file.js'
import { isTrial, readOverride } from './connection/override.js'
import { ByteNiteError } from './errors.js'
import { PUBLISH_OUTPUT_NAMES } from './option-names.js'
import type { PublishOutputOptions, PublishSetting, ResolvedOptions } from './options.js'
import { checkOwnFiles, packResolved, whileInUse, type PackResult } from './pack.js'
import { publishResolved, type PublishResult } from './publish.js'
import { PublishedTags, type TagClaim } from './publish/published-tags.js'
import { reasonToPackOnly, resolvePublishSetting, reusingTool } from './publish/publish-setting.js'
import { removeRecord } from './record/record.js'
import { errorText } from './report/error-text.js'
import { findTerminal } from './report/progress-display.js'
import { createReport, type Report } from './report/report.js'
import { resolveOptions } from './resolve-options.js'
import { consoleLogger } from './utils/logger.js'
import { checkOptionNames } from './utils/option-names.js'

/**
 * Publishes the final output of a build by the rules of the bundler plugins: only with credentials, not in pull request
 * builds, with a report of what was done. For the end hook of a framework that writes its output after the bundler has
 * finished, or of another bundler. Called again for the same directory, as a watcher's hook is, it replaces what it
 * published before.
 * @example
 * // astro.config.mjs
 * integrations: [{ name: 'publish', hooks: { 'astro:build:done': ({ dir }) => publishOutput({ directory: fileURLToPath(dir) }) } }]
 * @returns what was published; `undefined` if the output was only packed, or `onError` kept an error
 * @throws {ByteNiteError} unless `onError` decides otherwise
 */
export async function publishOutput(options: PublishOutputOptions): Promise<PublishResult | undefined> {
  checkOptionNames(options, PUBLISH_OUTPUT_NAMES)
  return publishByPolicy(options, { isRepeatable: true })
}

/** {@link publishOutput} for a plugin, which knows more. */
export async function publishByPolicy(options: PublishOutputOptions, context: PublishContext): Promise<PublishResult | undefined> {
  const { onError = 'fail', logger = consoleLogger } = options
  if (typeof onError !== 'function' && onError !== 'fail' && onError !== 'warn') {
    throw new ByteNiteError('INVALID_OPTION', `The option "onError" is ${JSON.stringify(onError)}; expected 'fail', 'warn' or a function.`)
  }
  try {
    return await attemptPublish(options, context)
  } catch (error) {
    if (onError === 'fail') throw error
    if (onError === 'warn') logger.warn(errorText(error as Error))
    else await onError(error as Error)
    return undefined
  }
}

/** What only a bundler's plugin knows of its build. */
export interface PublishContext {
  /** Whether a watcher built it: it replaces what was published before, and may print at any time. */
  isRebuild?: boolean | undefined
  /** Whether it may replace what this process has published of the same directories. */
  isRepeatable?: boolean | undefined
  /** Whether the user wants to see warnings and errors only. */
  isQuiet?: boolean | undefined
  /** A tool that uses the project's config for a build of its own. */
  reusedBy?: string | undefined
  /** The framework that still writes after the bundler has finished. */
  finishedBy?: FinishingHost | undefined
}

/** A framework that still writes to its output, or elsewhere, when the bundler has run its last hook. */
export interface FinishingHost {
  name: string
  /** What it does afterwards, as the rest of a sentence. */
  reason: string
  /** What to do instead. */
  remedy: string
}

/** Of this process, whichever build published them. */
const publishedTags = new PublishedTags()

/** Publishes, or only packs, an output, and reports what was done. @throws {ByteNiteError} */
export async function attemptPublish(
  { publish: option, onError: _, logger = consoleLogger, ...options }: PublishOutputOptions,
  { isRebuild = false, isRepeatable = false, isQuiet = false, reusedBy, finishedBy }: PublishContext,
): Promise<PublishResult | undefined> {
  const env = options.env ?? process.env
  const report = createReport(logger, options.root ?? process.cwd(), isQuiet || isRebuild ? undefined : findTerminal())
  const tool = reusingTool(env, reusedBy)
  if (tool !== undefined) {
    report.notPublished(`this runs under ${tool}`)
    return undefined
  }
  const onWarning = both(report.warning, options.onWarning)
  const override = readOverride()
  const setting = override?.publish ?? resolvePublishSetting(option, env)
  if (finishedBy !== undefined) {
    refuseUnfinished(finishedBy, setting, report)
    return undefined
  }
  const resolved = resolveOptions({ ...options, onWarning })
  // What is published here was just built, if not by a plugin that left a stamp.
  return whileInUse(resolved, 'build', () => publishOrPack(resolved, setting, report, { isRebuild, isRepeatable }))
}

/** What a publish may replace of what this process has published. */
interface Replaces {
  isRebuild: boolean
  isRepeatable: boolean
}

async function publishOrPack(
  resolved: ResolvedOptions,
  setting: PublishSetting,
  report: Report,
  replaces: Replaces,
): Promise<PublishResult | undefined> {
  const missing = resolved.missingCredentials
  const reason = resolved.forbiddenBy === undefined ? reasonToPackOnly(setting, missing) : `${resolved.forbiddenBy} only builds`
  if (reason === undefined) return send(resolved, report, replaces)
  await checkOwnFiles(resolved)
  if (!isTrial()) await removeRecord(resolved)
  const packed = await packResolved(resolved)
  await leaveArchive(packed)
  report.packed(packed)
  report.notPublished(reason)
  if (reason === missing) report.annotate(reason)
  return undefined
}

/** For the program that has started the build and lets it only pack. */
async function leaveArchive({ tag, manifest, archive }: PackResult): Promise<void> {
  const override = readOverride()
  if (override === undefined || override.publish || override.archives === undefined) return
  const file = join(override.archives, `${manifest.kind}-${tag}.tar`)
  await writeArchiveFile(file, archive.read(), `${override.by} needs it there.`)
}

/** Of this process: such a framework runs several builds. */
const saidUnfinished = new Set<string>()

/** @throws {ByteNiteError} `UNFINISHED_OUTPUT` if publishing was asked for */
function refuseUnfinished({ name, reason, remedy }: FinishingHost, setting: PublishSetting, report: Report): void {
  if (setting === true)
    throw new ByteNiteError('UNFINISHED_OUTPUT', `${name} ${reason}, so this is not its output.`, { hint: `${remedy}.` })
  if (saidUnfinished.has(name)) return
  saidUnfinished.add(name)
  if (setting === false) report.notPublished('publishing is switched off')
  else report.warning(`not published: ${name} ${reason}, so this is not its output. ${remedy}.`)
}

async function send(options: ResolvedOptions, report: Report, { isRebuild, isRepeatable }: Replaces): Promise<PublishResult> {
  const { apiUrl, directories } = options
  const start = performance.now()
  const reported = {
    onPacked: both(report.packed, options.onPacked),
    onProgress: both(report.progress, options.onProgress),
    onSmoke: both(report.smoke, options.onSmoke),
  }
  try {
    const claimTag = isRebuild ? undefined : (tag: string): TagClaim => publishedTags.claim({ apiUrl, directories, isRepeatable }, tag)
    const published = await publishResolved({ ...options, ...reported }, claimTag)
    report.published(published, performance.now() - start)
    return published
  } finally {
    report.end()
  }
}

function both<Value>(first: (value: Value) => void, second: ((value: Value) => void) | undefined): (value: Value) => void {
  return (value) => {
    first(value)
    second?.(value)
  }
}
