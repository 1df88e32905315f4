import { explainingPart, flatten } from '../lifecycle/own-plugin.js'

/** Hooks for what happens once a bundle is written. */
const LATE_HOOKS = ['writeBundle', 'closeBundle', 'watchChange', 'closeWatcher', 'buildApp']

/**
 * Copies of plugins for the build of a script. It is a part of the build that starts the script: that one has called the hooks
 * for its beginning, and goes on after it. A plugin that has a compiler would begin anew, and lose what it knows.
 * @param plugins may be nested, as bundlers take them
 * @param isWatching whether a watcher rebuilds the outer build, so that its plugins keep what they have open
 * @param others hooks that the copies do not have either
 */
export async function pluginsForScript(plugins: unknown, isWatching: boolean, others: readonly string[] = []): Promise<object[]> {
  const leftOut = [...LATE_HOOKS, 'buildStart', ...(isWatching ? ['buildEnd'] : []), ...others]
  const all = await flatten(plugins)
  return all
    .filter((plugin) => typeof plugin === 'object' && plugin !== null)
    .map((plugin) => explainingPart(plugin) ?? withoutHooks(plugin, leftOut))
}

function withoutHooks(plugin: object, names: readonly string[]): object {
  const own = Object.entries(Object.getOwnPropertyDescriptors(plugin)).filter(([name]) => !names.includes(name))
  const copy = Object.create(Object.getPrototypeOf(plugin) as object | null, Object.fromEntries(own)) as object
  for (const name of names) if (name in copy) Object.defineProperty(copy, name, { value: undefined })
  return copy
}
