import { isByteNiteError, pack, publish, removeRecord, resolveOptions, type PublishOptions } from 'bytenite-uploader'
import type { BuildOutput } from './build-state.js'
import { decide, resolvePublishSetting } from './publish-policy.js'
import { createReport } from './report.js'
import type { BuildEnvironment, ByteNiteOptions } from './types.js'

/** Publishes, or only packs, what a successful build wrote, and says so. */
export async function publishBuild(
  output: BuildOutput,
  { publish: option, ...options }: ByteNiteOptions,
  { root, env, logger }: BuildEnvironment,
): Promise<void> {
  const report = createReport(logger, root)
  const publishOptions: PublishOptions = {
    ...options,
    directory: output.directories,
    entryFiles: output.entryFiles,
    root,
    env,
    onWarning: report.warning,
    onPacked: report.packed,
  }
  try {
    const setting = resolvePublishSetting(option, env)
    const resolved = resolveOptions(publishOptions)
    const decision = decide(setting, resolved.credentials !== undefined, env)
    if (decision.publish) {
      const start = performance.now()
      const published = await publish(publishOptions)
      report.published(published, performance.now() - start)
    } else {
      await removeRecord(resolved)
      report.packed(await pack(publishOptions))
      report.notPublished(decision)
    }
  } catch (error) {
    throw isByteNiteError(error) ? presentable(error) : error
  }
}

/** A bundler prints an error's message and stack: the code goes into the first, and our own frames help nobody. */
function presentable(error: Error & { code: string }): Error {
  error.message = `[${error.code}] ${error.message}`
  error.stack = `${error.name}: ${error.message}`
  return error
}
