import { overrideSettings } from 'bytenite-uploader/internal/override'
import { explaining } from '../explained-error.js'
import { checkPluginOptions, ROLLUP_OPTION_NAMES, type ByteNiteOptions } from '../options.js'
import { filesOf, mergeOutputs, type BuildOutput } from './build-output.js'
import { BuildState, type BuildOutcome } from './build-state.js'
import { announceNotPublished, mustPublish } from '../publishing/not-published.js'
import { followingHooks } from './following-hooks.js'
import type { ByteNitePlugin, HookContext, InputOptions, OutputOptions } from './hooks.js'
import type { Host } from './host.js'
import { watchLogHandlers } from './log-handlers.js'
import { NATIVE_ADDON, NativeAddons } from './native-addons.js'
import { OverlappingBuilds } from './overlapping-builds.js'
import { markPlugin, rememberOptions, withOwnHooks } from './own-plugin.js'
import { directoriesOf, OwnStamps } from './own-stamps.js'
import { forgetProcessEnd, onProcessEnd, type ProcessEnd } from './process-end.js'
import { FOREIGN, READS_ENVIRONMENT, SourceModules } from './source-modules.js'
import { explainLoss } from './unfinished.js'
import { WatchPublisher } from './watch-publisher.js'
import { withoutMissing } from './written-directories.js'

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
 * @param givenOptions as the user gave them; their names are checked at once, their values when a build is published
 * @throws {ByteNiteError} `INVALID_OPTION` for a name that is unknown
 */
export function createLifecycle(name: string, givenOptions: ByteNiteOptions, host: Host): Lifecycle {
  const options = explaining(() => {
    checkPluginOptions(givenOptions, ROLLUP_OPTION_NAMES)
    return overrideSettings(givenOptions)
  })
  /** Builds whose hooks are not their own: those of watchers, which follow one another, and those of unknown wrappers. */
  const sharedStates = new Map<string, BuildState>()
  /** Environments may be built in parallel, with this one plugin for all. */
  const groups = new Map<string, OverlappingBuilds>()
  const sources = new SourceModules()
  const addons = new NativeAddons()
  const watcher = new WatchPublisher()
  const stamps = new OwnStamps()
  let hasExplainedWatching = false
  let isAppWaiting = false
  let publishes = 0
  let lastContext: HookContext = { meta: { watchMode: false } }

  function sharedState(context: HookContext): BuildState {
    return getOrAdd(sharedStates, environmentOf(context), () => new BuildState(host.entryAsset))
  }

  function groupOf(context: HookContext): OverlappingBuilds {
    return getOrAdd(groups, environmentOf(context), () => new OverlappingBuilds())
  }

  function begin(build: BuildState, context: HookContext): void {
    build.started()
    if (context.meta.watchMode) return
    lastContext = context
    groupOf(context).begin(build)
    onProcessEnd(explainProcessEnd)
  }

  async function beginRender(outputOptions: OutputOptions, context: HookContext): Promise<void> {
    watcher.supersede()
    const writesNothing = host.outputDirectories?.(context).length === 0
    if (!writesNothing) await leaveStamps(directoriesOf(outputOptions), context)
  }

  async function leaveStamps(directories: readonly string[], context: HookContext): Promise<void> {
    if (context.meta.watchMode && options.watch !== true) return
    await stamps.leave(directories, host.environment(context))
  }

  /** @param isOutputWaiting whether what was built is to be published with what is still to come */
  function removeStampsIfIdle(isOutputWaiting = isAppWaiting): void {
    const builds = [...openBuilds(), ...Array.from(sharedStates.values()).filter(({ hasBegun }) => hasBegun)]
    const isBuilding = builds.some(({ hasFailed }) => !hasFailed)
    if (!isBuilding && publishes === 0 && !watcher.isPublishing && !isOutputWaiting) stamps.remove()
  }

  async function end(build: BuildState, context: HookContext): Promise<void> {
    const ended = build.take()
    if (ended === undefined) return
    const isWatching = context.meta.watchMode
    const outcome = isWatching ? ended : groupOf(context).end(build, ended)
    if (outcome === undefined) return
    const ready = host.gather ? host.gather(environmentOf(context), outcome, isWatching) : [outcome]
    isAppWaiting = ready === undefined && !isWatching
    if (ready !== undefined) await conclude(ready, context)
    else removeStampsIfIdle(isAppWaiting && outcome.status === 'success')
  }

  async function conclude(outcomes: readonly BuildOutcome[], context: HookContext): Promise<void> {
    isAppWaiting = false
    publishes++
    try {
      await publishOutcomes(outcomes, context)
    } finally {
      publishes--
      if (publishes === 0 && openBuilds().length === 0) forgetProcessEnd(explainProcessEnd)
      removeStampsIfIdle()
    }
  }

  async function publishOutcomes(outcomes: readonly BuildOutcome[], context: HookContext): Promise<void> {
    const environment = host.environment(context)
    const { root } = environment
    const outputs: BuildOutput[] = []
    for (const outcome of outcomes) {
      if (outcome.status === 'failure') return announceNotPublished(outcome.reason, options, environment)
      outputs.push(outcome.outputIn(root))
    }
    if (outputs.length === 0) return
    const isWatching = context.meta.watchMode
    if (isWatching && options.watch !== true) {
      if (!hasExplainedWatching) announceNotPublished('this is watch mode (set watch: true to publish each rebuild)', options, environment)
      hasExplainedWatching = true
      return
    }
    const merged = mergeOutputs(outputs)
    // If it was another process that emptied them, the publish is refused. A framework that goes on may already have moved what
    // was built.
    const keepsAll = environment.finishedBy !== undefined || (await stamps.areOverlapped(merged.directories, environment))
    const output = keepsAll ? merged : await withoutMissing(merged, options, environment)
    if (output === undefined) return
    // Loaded here, so that a config with this plugin costs nothing until a build is published.
    const { publishBuild, publishRebuild } = await import('../publishing/publish-build.js')
    const { moduleIds, entrySources, directories, entryFiles, startedAt } = output
    const ownSource = host.entrySource?.()
    const publishable = {
      directories,
      entryFiles,
      startedAt,
      entrySources: ownSource === undefined ? entrySources : [ownSource],
      sourceModules: sources.in(moduleIds, root),
      sourceFiles: filesOf(moduleIds),
    }
    if (isWatching) {
      watcher.publish((signal) => publishRebuild(publishable, options, environment, signal))
      void watcher.settled().then(() => removeStampsIfIdle())
    } else await publishBuild(publishable, options, environment)
  }

  function openBuilds(): BuildState[] {
    return Array.from(groups.values(), ({ open }) => Array.from(open)).flat()
  }

  function explainProcessEnd(processEnd: ProcessEnd): void {
    const loss = explainLoss(
      {
        builds: openBuilds(),
        hasEnded: [...groups.values()].some(({ waiting }) => waiting > 0),
        isPublishing: publishes > 0,
        isAppWaiting,
      },
      processEnd,
    )
    const environment = host.environment(lastContext)
    if (loss === undefined || environment.reusedBy !== undefined || environment.env['VITEST']) return
    const { finishedBy } = environment
    // A framework may end the process as soon as it is done.
    const reason =
      finishedBy === undefined || !loss.isPublishLost ? loss.reason : `${finishedBy.name} ${finishedBy.reason}. ${finishedBy.remedy}`
    if (!loss.isPublishLost || !mustPublish(options, environment)) return announceNotPublished(reason, options, environment)
    environment.logger.error(`not published: ${reason}`)
    process.exitCode = 1
  }

  const follower = {
    async onBegin(build: BuildState, context: HookContext) {
      begin(build, context)
      // A watcher may ask for the options only once.
      if (context.meta.watchMode) await leaveStamps(stamps.known, context)
    },
    onRender: beginRender,
    onEnd: end,
  }

  const hooks: ByteNitePlugin = {
    name,
    options: {
      order: 'post',
      async handler(inputOptions) {
        host.onOptions?.(inputOptions)
        const own = this.meta.watchMode ? undefined : await withHooksOfItsOwn(inputOptions, this)
        await rememberOptions(own?.options ?? inputOptions, hooks)
        const build = own?.build ?? sharedState(this)
        watchLogHandlers(own?.options ?? inputOptions, () => build.failed('a log handler of the build threw an error'))
        // Vite may copy its public directory before this plugin's buildStart, which is where a watcher's rebuilds begin.
        build.started()
        // Not in buildStart, which other plugins can delay until a build beside this one has ended.
        if (own) begin(build, this)
        await leaveStamps(host.outputDirectories?.(this) ?? directoriesOf(inputOptions.output), this)
        return own?.options ?? null
      },
    },
    ...followingHooks({ ...follower, buildOf: sharedState }),
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
    async closeWatcher() {
      await watcher.settled()
      stamps.remove()
    },
  }
  return { hooks: markPlugin(hooks, hooks), conclude }

  async function withHooksOfItsOwn<Options extends InputOptions>(
    inputOptions: Options,
    { meta, environment }: HookContext,
  ): Promise<{ options: Options; build: BuildState } | undefined> {
    const build = new BuildState(host.entryAsset)
    // Vite gives only the hooks that it has wrapped an environment.
    const context = { meta, ...(environment && { environment }) }
    const own = followingHooks({
      buildOf: () => build,
      onBegin: () => follower.onBegin(build, context),
      onRender: (outputOptions) => beginRender(outputOptions, context),
      onEnd: () => end(build, context),
    })
    const options = await withOwnHooks(inputOptions, hooks, own)
    return options && { options, build }
  }
}

/** Vite's name of the environment that is built; `''` in bundlers that have none. */
function environmentOf({ environment }: HookContext): string {
  return environment?.name ?? ''
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const value = create()
  map.set(key, value)
  return value
}
