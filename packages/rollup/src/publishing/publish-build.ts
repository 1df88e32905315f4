import { relative } from 'node:path'
import { inspect } from 'node:util'
import { ByteNiteError, isByteNiteError, resolveOptions, type PackSummary, type PublishOptions } from 'bytenite-uploader'
import { packResolved, publishResolved, removeRecord } from 'bytenite-uploader/internal'
import type { BuildOutput } from '../lifecycle/build-state.js'
import type { BuildEnvironment } from '../lifecycle/host.js'
import type { ByteNiteOptions } from '../options.js'
import { findTerminal } from './progress-display.js'
import { PublishedTags } from './published-tags.js'
import { borrowerOf, reasonToPackOnly, resolvePublishSetting } from './publish-policy.js'
import { createReport } from './report.js'

/** What was built, as `publish()` takes it. */
export type PublishableOutput = Omit<BuildOutput, 'moduleIds'> & Required<Pick<PublishOptions, 'sourceModules'>>

/** Of this process, whichever plugin instance published them. */
const publishedTags = new PublishedTags()

/**
 * Publishes, or only packs, what a successful build wrote, and says so.
 * @throws what `onError` makes of a failure
 */
export async function publishBuild(output: PublishableOutput, options: ByteNiteOptions, environment: BuildEnvironment): Promise<void> {
  const { onError = 'fail' } = options
  try {
    if (typeof onError !== 'function' && onError !== 'fail' && onError !== 'warn') {
      throw new ByteNiteError(
        'INVALID_OPTION',
        `The option "onError" is ${JSON.stringify(onError)}; expected 'fail', 'warn' or a function.`,
      )
    }
    await attempt(output, options, environment, undefined)
  } catch (error) {
    if (typeof onError === 'function') await onError(error as Error)
    else if (onError === 'warn') environment.logger.warn(withCode(error as Error))
    else throw presentable(error as Error, environment.errorPrefix)
  }
}

/** The same for a rebuild of a watcher, which outlives a publish that fails. */
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

async function attempt(
  output: PublishableOutput,
  { publish: option, watch: _, onError: __, ...options }: ByteNiteOptions,
  { root, env, logger, isQuiet, reusedBy }: BuildEnvironment,
  signal: AbortSignal | undefined,
): Promise<void> {
  // A watcher's next build may print at any time.
  const terminal = isQuiet || signal !== undefined ? undefined : findTerminal()
  const report = createReport(logger, root, terminal)
  const borrower = borrowerOf(env, reusedBy)
  if (borrower !== undefined) return report.notPublished(`this runs under ${borrower}`)
  const { directories, entryFiles, sourceModules, startedAt } = output
  const isOutside = directories.some((directory) => /^\.\.(?:[\\/]|$)/.test(relative(root, directory)))
  const publishOptions: PublishOptions = {
    ...options,
    directory: directories,
    entryFiles,
    sourceModules,
    root,
    env,
    signal,
    // Inside the root, bundlers empty the output or it is the user's own habit; outside, Vite leaves what is there.
    staleBefore: isOutside ? startedAt : undefined,
    onWarning: report.warning,
  }
  const setting = resolvePublishSetting(option, env)
  const resolved = resolveOptions(publishOptions)
  const missing = resolved.missingCredentials
  const reason = reasonToPackOnly(setting, missing)
  if (reason !== undefined) {
    await removeRecord(resolved)
    report.packed(await packResolved(resolved))
    report.notPublished(reason)
    if (reason === missing) report.annotate(reason)
    return
  }
  const start = performance.now()
  let forget: (() => void) | undefined
  const onPacked = (summary: PackSummary): void => {
    report.packed(summary)
    // A watcher replaces what it published before.
    if (signal === undefined) forget = publishedTags.add(resolved.apiUrl, summary, directories)
  }
  try {
    const published = await publishResolved({ ...resolved, onPacked, onProgress: report.progress })
    report.published(published, performance.now() - start)
  } catch (error) {
    forget?.()
    throw error
  } finally {
    report.end()
  }
}

function withCode(error: Error): string {
  return isByteNiteError(error) ? `[${error.code}] ${error.message}` : error.message
}

/** Properties that bundlers set on an error of a plugin; Vite 8 prints those that are enumerable below the message. */
const DECORATIONS = ['code', 'pluginCode', 'plugin', 'hook', 'id', 'hint', 'status', 'requestId']

/**
 * A bundler prints an error's message and stack, some without the plugin's name or the error's code: both go into the
 * message. Our own frames help nobody.
 */
function presentable(error: Error, prefix: string): Error {
  error.message = prefix + withCode(error)
  // The line break lets Rollup recognise the message, which it prints above the stack.
  if (isByteNiteError(error)) error.stack = `${error.name}: ${error.message}\n`
  const hide = (key: string | symbol, value: unknown): unknown =>
    Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true })
  for (const key of DECORATIONS) hide(key, (error as unknown as Record<string, unknown>)[key])
  // Vite 8 prints an error as Node inspects it, and one without frames stands in brackets there.
  hide(inspect.custom, () => error.stack?.trimEnd())
  return error
}
