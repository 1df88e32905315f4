import { BuildState, type BuildOutcome, type BuildOutput } from './build-state.js'
import type { ByteNitePlugin, HookContext, InputOptions } from './hooks.js'
import type { Host } from './host.js'
import { NATIVE_ADDON, NativeAddons } from './native-addons.js'
import type { ByteNiteOptions } from '../options.js'
import { FOREIGN, READS_ENVIRONMENT, SourceModules } from './source-modules.js'
import { WatchPublisher } from './watch-publisher.js'

export interface Lifecycle {
  hooks: ByteNitePlugin
  /** Publishes what one or more builds wrote, as one; unless one of them failed. */
  conclude(outcomes: readonly BuildOutcome[], context: HookContext): Promise<void>
}

/**
 * The build's lifecycle, for any bundler with Rollup's hooks; {@link Host} is what differs between them.
 * @param entryAsset name of the file that is the entry of a build without one that is bundled
 */
export function createLifecycle(name: string, options: ByteNiteOptions, host: Host, entryAsset?: string): Lifecycle {
  const states = new Map<string, BuildState>()
  const sources = new SourceModules()
  const addons = new NativeAddons()
  const watcher = new WatchPublisher()
  let hasSaidWatching = false

  /** Environments may be built in parallel, with this one plugin for all. */
  function stateOf(context: HookContext): BuildState {
    const key = context.environment?.name ?? ''
    const state = states.get(key) ?? new BuildState(entryAsset)
    states.set(key, state)
    return state
  }

  async function conclude(outcomes: readonly BuildOutcome[], context: HookContext): Promise<void> {
    const environment = host.environment(context)
    const { logger, root } = environment
    const outputs: BuildOutput[] = []
    for (const outcome of outcomes) {
      if (outcome.status === 'failure') return logger.info(`not published: ${outcome.reason}`)
      if (outcome.status === 'success') outputs.push(outcome.outputIn(root))
    }
    if (outputs.length === 0) return
    const isWatching = context.meta.watchMode
    if (isWatching && options.watch !== true) {
      if (!hasSaidWatching) logger.info('not published: this is watch mode, and the option "watch" is not set')
      hasSaidWatching = true
      return
    }
    // Loaded here, so that a config with this plugin costs nothing until a build is published.
    const { publishBuild, publishRebuild } = await import('../publishing/publish-build.js')
    const { moduleIds, ...merged } = mergeOutputs(outputs)
    const output = { ...merged, sourceModules: sources.in(moduleIds, root) }
    if (isWatching) watcher.publish((signal) => publishRebuild(output, options, environment, signal))
    else await publishBuild(output, options, environment)
  }

  const hooks: ByteNitePlugin = {
    name,
    options: {
      order: 'post',
      handler(inputOptions) {
        host.onOptions?.(inputOptions)
        watchLogHandlers(inputOptions, stateOf(this))
        // Vite may copy its public directory before this plugin's buildStart, which a watcher's rebuilds begin with.
        stateOf(this).started()
        return null
      },
    },
    buildStart() {
      stateOf(this).started()
    },
    buildEnd(error) {
      if (error) stateOf(this).fail('the build failed')
    },
    resolveId: {
      order: 'pre',
      filter: { id: NATIVE_ADDON },
      handler(source, importer) {
        addons.resolving(source, importer)
        return null
      },
    },
    load: {
      // Not "post": that would be behind what Vite falls back to.
      filter: { id: NATIVE_ADDON },
      handler(id) {
        addons.loading(id)
        return null
      },
    },
    transform: {
      order: 'post',
      filter: { code: READS_ENVIRONMENT, id: { exclude: FOREIGN } },
      handler(code, id) {
        sources.add(code, id)
        return null
      },
    },
    renderStart() {
      // From here on the output changes under a publish that still reads it.
      watcher.supersede()
      stateOf(this).renderStarted()
    },
    renderError() {
      stateOf(this).fail('the build failed')
    },
    generateBundle: {
      order: 'post',
      handler(_options, _bundle, isWrite) {
        stateOf(this).generated(isWrite)
      },
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      handler(outputOptions, bundle) {
        stateOf(this).written(outputOptions, bundle)
      },
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler(error) {
        const state = stateOf(this)
        if (error) state.fail('the build failed')
        const outcome = state.take()
        if (outcome.status === 'idle') return
        const ready = host.gather ? host.gather(this.environment?.name ?? '', outcome, this.meta.watchMode) : [outcome]
        if (ready !== undefined) await conclude(ready, this)
      },
    },
    closeWatcher: () => watcher.settled(),
  }
  return { hooks, conclude }
}

function mergeOutputs(outputs: readonly BuildOutput[]): BuildOutput {
  return {
    directories: outputs.flatMap(({ directories }) => directories),
    entryFiles: outputs.flatMap(({ entryFiles }) => entryFiles),
    moduleIds: new Set(outputs.flatMap(({ moduleIds }) => [...moduleIds])),
    startedAt: new Date(Math.min(...outputs.map(({ startedAt }) => startedAt.getTime()))),
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
