import { relative } from 'node:path'
import { ByteNiteError, resolveOptions, type PackSummary, type PublishOptions, type ResolvedOptions } from 'bytenite-uploader'
import { checkOwnFiles, packResolved, publishResolved, removeRecord } from 'bytenite-uploader/internal'
import type { ByteNiteOptions } from '../options.js'
import type { BuildEnvironment } from './environment.js'
import { presentable, withCode } from './error-text.js'
import { findTerminal } from './progress-display.js'
import { PublishedTags } from './published-tags.js'
import { reasonToPackOnly, resolvePublishSetting, reusingTool } from './publish-policy.js'
import { createReport, type Report } from './report.js'

/** What was built, as `publish()` takes it. */
export interface PublishableOutput extends Required<Pick<PublishOptions, 'sourceModules' | 'sourceFiles' | 'entrySources'>> {
  /** The output directories; absolute. */
  directories: readonly string[]
  /** The entry files; absolute. */
  entryFiles: readonly string[]
  /** A moment before anything was written. */
  startedAt: Date
}

/** Of this process, whichever plugin instance published them. */
const publishedTags = new PublishedTags()

/**
 * Publishes, or only packs, what a successful build wrote, and reports what was done.
 * @throws what `onError` makes of a failure
 */
export async function publishBuild(output: PublishableOutput, options: ByteNiteOptions, environment: BuildEnvironment): Promise<void> {
  const { onError = 'fail' } = options
  try {
    checkOnError(onError)
    await attempt(output, options, environment)
  } catch (error) {
    if (typeof onError === 'function') await onError(error as Error)
    else if (onError === 'warn') environment.logger.warn(withCode(error as Error))
    else throw presentable(error as Error, environment.errorPrefix)
  }
}

/**
 * The same for a rebuild of a watcher, which outlives a failed publish.
 * @param signal stops the publish when a newer build begins
 */
export async function publishRebuild(
  output: PublishableOutput,
  options: ByteNiteOptions,
  environment: BuildEnvironment,
  signal: AbortSignal,
): Promise<void> {
  try {
    await attempt(output, options, environment, signal)
  } catch (error) {
    if (signal.aborted) environment.logger.info(`not published: ${(signal.reason as Error).message}`)
    else environment.logger.error(withCode(error as Error))
  }
}

/** @param signal of a watcher's rebuild only */
async function attempt(
  output: PublishableOutput,
  options: ByteNiteOptions,
  environment: BuildEnvironment,
  signal?: AbortSignal,
): Promise<void> {
  const { logger, root, env, isQuiet, reusedBy } = environment
  // A watcher's next build may print at any time.
  const terminal = isQuiet || signal !== undefined ? undefined : findTerminal()
  const report = createReport(logger, root, terminal)
  const tool = reusingTool(env, reusedBy)
  if (tool !== undefined) return report.notPublished(`this runs under ${tool}`)
  const publishOptions = { ...publishOptionsOf(output, options, environment), signal, onWarning: report.warning }
  const setting = resolvePublishSetting(options.publish, env)
  const resolved = resolveOptions(publishOptions)
  const missing = resolved.missingCredentials
  const reason = reasonToPackOnly(setting, missing)
  if (reason === undefined) return send(resolved, report)
  await checkOwnFiles(resolved)
  await removeRecord(resolved)
  report.packed(await packResolved(resolved))
  report.notPublished(reason)
  if (reason === missing) report.annotate(reason)
}

function publishOptionsOf(
  { directories, entryFiles, entrySources, sourceModules, sourceFiles, startedAt }: PublishableOutput,
  { publish: _, watch: __, onError: ___, root: projectRoot, ...options }: ByteNiteOptions,
  { root, env }: BuildEnvironment,
): PublishOptions {
  const isOutside = directories.some((directory) => /^\.\.(?:[\\/]|$)/.test(relative(root, directory)))
  return {
    ...options,
    directory: directories,
    entryFiles,
    entrySources,
    projectRoot,
    sourceModules,
    sourceFiles,
    root,
    env,
    // Inside the root bundlers empty the output, or the user chose not to. Outside, Vite leaves old files there.
    staleBefore: isOutside ? startedAt : undefined,
  }
}

async function send(options: ResolvedOptions, report: Report): Promise<void> {
  const start = performance.now()
  let forget: (() => void) | undefined
  const onPacked = (summary: PackSummary): void => {
    report.packed(summary)
    // A watcher replaces what it published before.
    if (options.signal === undefined) forget = publishedTags.add(options, summary)
  }
  try {
    const published = await publishResolved({ ...options, onPacked, onProgress: report.progress })
    report.published(published, performance.now() - start)
  } catch (error) {
    forget?.()
    throw error
  } finally {
    report.end()
  }
}

function checkOnError(onError: unknown): void {
  if (typeof onError === 'function' || onError === 'fail' || onError === 'warn') return
  throw new ByteNiteError('INVALID_OPTION', `The option "onError" is ${JSON.stringify(onError)}; expected 'fail', 'warn' or a function.`)
}
