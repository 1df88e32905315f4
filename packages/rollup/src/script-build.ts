import { isBuiltin } from 'node:module'
import { flatten, optionsOf } from './lifecycle/own-plugin.js'
import type { BuiltFile, Script } from './run-time-files/hooks.js'
import { pluginsForScript } from './run-time-files/script-plugins.js'

/** Begins the names of the preset's own plugins. */
export const OWN_PREFIX = 'rollup-plugin-bytenite:'

/** A build that starts scripts. */
export interface OuterBuild {
  isRolldown: boolean
  /** As the bundler gives it to the plugins of an output. */
  input: { plugins: readonly object[] }
  /** As the bundler took it. */
  output: { plugins?: unknown }
}

/** The part of Rollup's and Rolldown's API that is used here. */
type Bundle = (options: object) => Promise<{ generate(options: object): Promise<{ output: readonly BuiltFile[] }>; close(): Promise<void> }>

/** Bundles a script as the build that starts it is bundled: with the same options and the same plugins. */
export async function buildScript(
  { source, fileName, plugin, isWatching }: Script,
  { isRolldown, input, output }: OuterBuild,
): Promise<readonly BuiltFile[]> {
  // The plugins' own changes of these options are in them already.
  const plugins = [...(await pluginsForScript(input.plugins, isWatching, ['options'])), plugin]
  const outputPlugins = (await flatten(output.plugins)).filter(
    (each) => !(each as { name?: string } | undefined)?.name?.startsWith(OWN_PREFIX),
  )
  const bundle = await loadBundler(isRolldown)
  const build = await bundle({ ...inputOptions(isRolldown, input), input: source, plugins })
  try {
    const { output: files } = await build.generate({
      ...output,
      entryFileNames: fileName,
      plugins: await pluginsForScript(outputPlugins, isWatching),
    })
    return files
  } finally {
    await build.close()
  }
}

/** Rolldown gives only a few of its options to the plugins of an output, and Rollup gives them in a form of its own. */
function inputOptions(isRolldown: boolean, given: OuterBuild['input']): object {
  const options = optionsOf(given.plugins) ?? (isRolldown ? { external: isBuiltin } : given)
  // A config's options of its outputs and of its watcher are not for the API.
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'output' && name !== 'watch'))
}

/** Without types, because a project has only one of them. */
async function loadBundler(isRolldown: boolean): Promise<Bundle> {
  const name = isRolldown ? 'rolldown' : 'rollup'
  const bundler = (await import(name)) as Record<typeof name, Bundle>
  return bundler[name]
}
