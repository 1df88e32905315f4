import { BuildState } from './build-state.js'
import type { ByteNiteOptions, ByteNitePlugin, Host, InputOptions } from './types.js'

export type * from './types.js'

/** The build's lifecycle, for any bundler with Rollup's hooks; {@link Host} is what differs between them. */
export function createPlugin(name: string, options: ByteNiteOptions, host: Host): ByteNitePlugin {
  const state = new BuildState()
  return {
    name,
    options: {
      order: 'post',
      handler(inputOptions) {
        host.onOptions?.(inputOptions)
        watchLogHandlers(inputOptions, state)
        return null
      },
    },
    buildEnd(error) {
      if (error) state.fail('the build failed')
    },
    renderStart() {
      state.renderStarted()
    },
    renderError() {
      state.fail('the build failed')
    },
    generateBundle: {
      order: 'post',
      handler(_options, _bundle, isWrite) {
        state.generated(isWrite)
      },
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      handler(outputOptions, bundle) {
        state.written(outputOptions, bundle)
      },
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler(error) {
        if (error) state.fail('the build failed')
        const outcome = state.take()
        if (outcome.status === 'idle') return
        const { root, env, logger } = host.environment(this)
        if (outcome.status === 'failure') return logger.info(`not published: ${outcome.reason}`)
        if (this.meta.watchMode) return logger.info('not published: this is watch mode')
        // Loaded here, so that a config with this plugin costs nothing until a build is published.
        const { publishBuild } = await import('./publish-build.js')
        await publishBuild(outcome.written(root), options, { root, env, logger })
      },
    },
  }
}

/**
 * A log handler that throws fails the build. Rolldown throws its error after writeBundle and tells no hook,
 * so the handlers themselves are watched; they are replaced in place, as the hook's result is not used by all bundlers.
 */
function watchLogHandlers(inputOptions: InputOptions, state: BuildState): void {
  const handlers = inputOptions as Record<string, unknown>
  for (const key of ['onLog', 'onwarn']) {
    const handler = handlers[key]
    if (typeof handler !== 'function') continue
    handlers[key] = function (this: unknown, ...parameters: unknown[]): unknown {
      try {
        return handler.apply(this, parameters) as unknown
      } catch (error) {
        state.fail('a log handler of the build threw')
        throw error
      }
    }
  }
}
