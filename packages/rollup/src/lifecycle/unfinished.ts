import { WROTE_NOTHING, type BuildState } from './build-state.js'
import type { ProcessEnd } from './process-end.js'

/** What one plugin has begun and not brought to its end. */
export interface Unfinished {
  /** Builds that have begun, and whose bundle was not closed. */
  builds: readonly BuildState[]
  /** Whether builds have ended that wait for those. */
  hasEnded: boolean
  isPublishing: boolean
  /** Whether builds have ended that wait for the rest of an app. */
  isAppWaiting: boolean
}

export interface Loss {
  /** A clause. */
  reason: string
  /** Whether there would have been something to publish: a script may well go on after a build that failed. */
  isPublishLost: boolean
}

/** Why nothing is published of that, now that the process ends; `undefined` if nothing is unfinished. */
export function explainLoss({ builds, hasEnded, isPublishing, isAppWaiting }: Unfinished, end: ProcessEnd): Loss | undefined {
  const isExit = end === 'exit'
  if (isPublishing) return lost(isExit ? 'process.exit() was called during the publish' : 'the process ended during the publish')
  if (builds.some(({ hasFailed }) => hasFailed)) return { reason: 'the build failed', isPublishLost: false }
  if (builds.some(({ hasWritten }) => hasWritten)) {
    return lost(
      isExit
        ? 'process.exit() was called before the bundle was closed: in closeBundle of another plugin, or in a script that does not await bundle.close()'
        : 'the bundle was written, but never closed (call await bundle.close() after the last write)',
    )
  }
  if (builds.some((build) => build.isRendering || (isExit && build.hasBegun && !build.hasOnlyGenerated))) {
    return lost(isExit ? 'process.exit() was called during the build' : 'the build did not finish')
  }
  if (hasEnded) return lost('another build with this plugin began, but its bundle was never closed (call await bundle.close())')
  if (isAppWaiting) {
    const before = 'before all builds of the app had ended'
    return lost(isExit ? `process.exit() was called ${before}` : `the process ended ${before}`)
  }
  return builds.length > 0 ? { reason: WROTE_NOTHING, isPublishLost: false } : undefined
}

function lost(reason: string): Loss {
  return { reason, isPublishLost: true }
}
