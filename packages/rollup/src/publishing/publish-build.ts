import { relative } from 'node:path'
import type { PublishOptions, PublishOutputOptions } from 'bytenite-uploader'
import { attemptPublish, errorText, publishByPolicy } from 'bytenite-uploader/internal'
import type { ByteNiteOptions } from '../options.js'
import type { BuildEnvironment } from './environment.js'
import { presentable } from './error-text.js'

/** What was built, as `publishOutput()` takes it. */
export interface PublishableOutput extends Required<Pick<PublishOptions, 'sourceModules' | 'sourceFiles' | 'entrySources'>> {
  /** The output directories; absolute. */
  directories: readonly string[]
  /** The entry files; absolute. */
  entryFiles: readonly string[]
  /** A moment before anything was written. */
  startedAt: Date
}

/**
 * Publishes, or only packs, what a successful build wrote, and reports what was done.
 * @throws what `onError` makes of a failure
 */
export async function publishBuild(output: PublishableOutput, options: ByteNiteOptions, environment: BuildEnvironment): Promise<void> {
  const { isQuiet, reusedBy, finishedBy, errorPrefix } = environment
  try {
    await publishByPolicy(optionsOf(output, options, environment), { isQuiet, reusedBy, finishedBy })
  } catch (error) {
    // What the user's own function throws is the user's.
    throw typeof options.onError === 'function' ? error : presentable(error as Error, errorPrefix)
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
  const { logger, isQuiet, reusedBy, finishedBy } = environment
  try {
    await attemptPublish({ ...optionsOf(output, options, environment), signal }, { isRebuild: true, isQuiet, reusedBy, finishedBy })
  } catch (error) {
    if (signal.aborted) logger.info(`not published: ${(signal.reason as Error).message}`)
    else logger.error(errorText(error as Error))
  }
}

function optionsOf(
  { directories, startedAt, ...output }: PublishableOutput,
  { watch: _, root: projectRoot, ...options }: ByteNiteOptions,
  { root, env, logger }: BuildEnvironment,
): PublishOutputOptions {
  const isOutside = directories.some((directory) => /^\.\.(?:[\\/]|$)/.test(relative(root, directory)))
  return {
    ...options,
    ...output,
    directory: directories,
    projectRoot,
    root,
    env,
    logger,
    // Inside the root bundlers empty the output, or the user chose not to. Outside, Vite leaves old files there.
    staleBefore: isOutside ? startedAt : undefined,
  }
}
