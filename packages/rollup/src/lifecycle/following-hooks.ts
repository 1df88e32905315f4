import type { BuildState } from './build-state.js'
import type { ByteNitePlugin, HookContext, OutputOptions } from './hooks.js'

export interface Follower {
  /** The build that a hook is called for. */
  buildOf(context: HookContext): BuildState
  onBegin(build: BuildState, context: HookContext): Promise<void>
  /** Called before an output changes. */
  onRender(options: OutputOptions, context: HookContext): Promise<void>
  onEnd(build: BuildState, context: HookContext): Promise<void>
}

type FollowingHook = 'buildStart' | 'buildEnd' | 'renderStart' | 'renderError' | 'generateBundle' | 'writeBundle' | 'closeBundle'

/** The hooks that follow builds from their beginning to their end. */
export function followingHooks({ buildOf, onBegin, onRender, onEnd }: Follower): Pick<ByteNitePlugin, FollowingHook> {
  return {
    async buildStart() {
      const build = buildOf(this)
      build.begun()
      await onBegin(build, this)
    },
    buildEnd(error) {
      if (error) buildOf(this).failed()
    },
    renderStart: {
      order: 'pre',
      sequential: true,
      async handler(outputOptions) {
        buildOf(this).renderStarted()
        await onRender(outputOptions, this)
      },
    },
    renderError() {
      buildOf(this).failed()
    },
    generateBundle: {
      order: 'post',
      handler(_options, _bundle, isWrite) {
        buildOf(this).generated(isWrite)
      },
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      handler(outputOptions, bundle) {
        buildOf(this).written({ options: outputOptions, bundle })
      },
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler(error) {
        const build = buildOf(this)
        if (error) build.failed()
        await onEnd(build, this)
      },
    },
  }
}
