import type { ByteNitePlugin, InputOptions } from './hooks.js'

/** Marks a plugin as that of one lifecycle. Tools around a bundler copy plugins to wrap their hooks, and keep what else there is. */
const LIFECYCLE = Symbol('bytenite lifecycle')

interface MarkedPlugin {
  [LIFECYCLE]?: object
}

export function markPlugin<Plugin extends object>(plugin: Plugin, lifecycle: object): Plugin {
  return Object.assign(plugin, { [LIFECYCLE]: lifecycle })
}

/**
 * Bundlers do not tell which build a hook is called for: only Rollup has one `this` for the hooks of a build, and Rolldown
 * none at all. So each build gets hooks of its own.
 * @param options the bundler's options, which are not changed: builds may share them
 * @returns options in which the plugin of this lifecycle has the new hooks; `undefined` if it is not there
 */
export async function withOwnHooks<Options extends InputOptions>(
  options: Options,
  lifecycle: object,
  hooks: object,
): Promise<Options | undefined> {
  const plugins = await flatten(options.plugins)
  if (!plugins.some((plugin) => isOf(plugin, lifecycle))) return undefined
  const withHooks = (plugin: unknown): unknown => (isOf(plugin, lifecycle) ? { ...plugin, ...hooks } : plugin)
  return { ...options, plugins: plugins.map(withHooks) }
}

const optionsByPlugin = new WeakMap<object, InputOptions>()

/** Remembers the options of a build by the plugin of this lifecycle among them. */
export async function rememberOptions(options: InputOptions, lifecycle: object): Promise<void> {
  for (const plugin of await flatten(options.plugins)) if (isOf(plugin, lifecycle)) optionsByPlugin.set(plugin, options)
}

/**
 * All options of the build that these plugins belong to, as far as one of them is a lifecycle's. Rolldown tells the plugins of
 * an output only a few of them.
 */
export function optionsOf(plugins: readonly object[]): InputOptions | undefined {
  for (const plugin of plugins) {
    const options = optionsByPlugin.get(plugin)
    if (options !== undefined) return options
  }
  return undefined
}

/** The plugin of any lifecycle, as far as it is of use where nothing is published: for the errors that it explains. */
export function explainingPart(plugin: object): object | undefined {
  if ((plugin as MarkedPlugin)[LIFECYCLE] === undefined) return undefined
  const { name, resolveId, load } = plugin as ByteNitePlugin
  return { name, resolveId, load }
}

function isOf(plugin: unknown, lifecycle: object): plugin is MarkedPlugin {
  return typeof plugin === 'object' && plugin !== null && (plugin as MarkedPlugin)[LIFECYCLE] === lifecycle
}

/** Plugins may be nested in arrays and promises. */
export async function flatten(plugins: unknown): Promise<unknown[]> {
  const settled: unknown = await plugins
  if (!Array.isArray(settled)) return [settled]
  return (await Promise.all(settled.map(flatten))).flat()
}
