import { explainingPart, flatten } from '../lifecycle/own-plugin.js'

/** Hooks that wait for files to be written. */
const LATE_HOOKS = ['writeBundle', 'closeBundle', 'watchChange', 'closeWatcher', 'buildApp']

/**
 * Copies of plugins for the build of a script. Nothing is written there, and the build that the script belongs to goes on after
 * it: so they have no hooks that wait for its end, and this project's publishes nothing.
 * @param plugins may be nested, as bundlers take them
 * @param others hooks that the copies do not have either
 */
export async function pluginsForScript(plugins: unknown, ...others: readonly string[]): Promise<object[]> {
  const all = await flatten(plugins)
  return all
    .filter((plugin) => typeof plugin === 'object' && plugin !== null)
    .map((plugin) => explainingPart(plugin) ?? withoutHooks(plugin, [...LATE_HOOKS, ...others]))
}

function withoutHooks(plugin: object, names: readonly string[]): object {
  const own = Object.entries(Object.getOwnPropertyDescriptors(plugin)).filter(([name]) => !names.includes(name))
  const copy = Object.create(Object.getPrototypeOf(plugin) as object | null, Object.fromEntries(own)) as object
  for (const name of names) if (name in copy) Object.defineProperty(copy, name, { value: undefined })
  return copy
}
