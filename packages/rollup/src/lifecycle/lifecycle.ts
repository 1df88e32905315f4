import { plainText } from 'bytenite-uploader/internal/plain-text'
import { checkPluginOptions, ROLLUP_OPTION_NAMES, type ByteNiteOptions } from '../options.js'
import { filesOf, mergeOutputs, type BuildOutput } from './build-output.js'
import { BuildState, type BuildOutcome } from './build-state.js'
import type { ByteNitePlugin, HookContext } from './hooks.js'
import type { Host } from './host.js'
import { watchLogHandlers } from './log-handlers.js'
import { NATIVE_ADDON, NativeAddons } from './native-addons.js'
import { FOREIGN, READS_ENVIRONMENT, SourceModules } from './source-modules.js'
import { WatchPublisher } from './watch-publisher.js'

export interface Lifecycle {
  /** The plugin: return it as it is, or spread it into a plugin with more properties. Keep the order of each hook. */
  hooks: ByteNitePlugin
  /**
   * Publishes the outputs of one or more builds as one archive, by the same rules as after a single build: not if one
   * of the builds failed, and under a watcher only with the option `watch`. Needed only with {@link Host.gather}.
   * @param outcomes as `gather` got them; without any, nothing happens
   * @param context that of the hook it is called in; outside of a hook, `{ meta: { watchMode: false } }`
   * @throws what the option `onError` makes of a failed publish; never under a watcher, where the failure is logged
   */
  conclude(outcomes: readonly BuildOutcome[], context: HookContext): Promise<void>
}

/**
 * Makes the plugin for any bundler with Rollup's hooks. A {@link Host} is what differs between them.
 * @param name the plugin's name, which bundlers print
 * @param options as the user gave them; their names are checked at once, their values when a build is published
 * @throws {ByteNiteError} `INVALID_OPTION` for a name that is unknown
 */
export function createLifecycle(name: string, options: ByteNiteOptions, host: Host): Lifecycle {
  checkPluginOptions(options, ROLLUP_OPTION_NAMES)
  const states = new Map<string, BuildState>()
  const sources = new SourceModules()
  const addons = new NativeAddons()
  const watcher = new WatchPublisher()
  let hasExplainedWatching = false

  /** Environments may be built in parallel, with this one plugin for all. */
  function stateOf(context: HookContext): BuildState {
    const key = context.environment?.name ?? ''
    const state = states.get(key) ?? new BuildState(host.entryAsset)
    states.set(key, state)
    return state
  }

  async function conclude(outcomes: readonly BuildOutcome[], context: HookContext): Promise<void> {
    const environment = host.environment(context)
    const { logger, root } = environment
    const outputs: BuildOutput[] = []
    for (const outcome of outcomes) {
      if (outcome.status === 'failure') return logger.info(`not published: ${plainText(outcome.reason)}`)
      outputs.push(outcome.outputIn(root))
    }
    if (outputs.length === 0) return
    const isWatching = context.meta.watchMode
    if (isWatching && options.watch !== true) {
      if (!hasExplainedWatching) logger.info('not published: this is watch mode (set watch: true to publish each rebuild)')
      hasExplainedWatching = true
      return
    }
    // Loaded here, so that a config with this plugin costs nothing until a build is published.
    const { publishBuild, publishRebuild } = await import('../publishing/publish-build.js')
    const { moduleIds, entrySources, ...merged } = mergeOutputs(outputs)
    const ownSource = host.entrySource?.()
    const output = {
      ...merged,
      entrySources: ownSource === undefined ? entrySources : [ownSource],
      sourceModules: sources.in(moduleIds, root),
      sourceFiles: filesOf(moduleIds),
    }
    if (isWatching) watcher.publish((signal) => publishRebuild(output, options, environment, signal))
    else await publishBuild(output, options, environment)
  }

  const hooks: ByteNitePlugin = {
    name,
    options: {
      order: 'post',
      handler(inputOptions) {
        const state = stateOf(this)
        host.onOptions?.(inputOptions)
        watchLogHandlers(inputOptions, () => state.failed('a log handler of the build threw an error'))
        // Vite may copy its public directory before this plugin's buildStart, which is where a watcher's rebuilds begin.
        state.started()
        return null
      },
    },
    buildStart() {
      stateOf(this).started()
    },
    buildEnd(error) {
      if (error) stateOf(this).failed()
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
      // Not "post", which is behind Vite's own fallback.
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
      // From here on the output changes under a publish that is still reading it.
      watcher.supersede()
      stateOf(this).renderStarted()
    },
    renderError() {
      stateOf(this).failed()
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
        stateOf(this).written({ options: outputOptions, bundle })
      },
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler(error) {
        const state = stateOf(this)
        if (error) state.failed()
        const outcome = state.take()
        if (outcome === undefined) return
        const ready = host.gather ? host.gather(this.environment?.name ?? '', outcome, this.meta.watchMode) : [outcome]
        if (ready !== undefined) await conclude(ready, this)
      },
    },
    closeWatcher: () => watcher.settled(),
  }
  return { hooks, conclude }
}
