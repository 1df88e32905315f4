import type { BuiltFile, Script } from 'rollup-plugin-bytenite/internal'
import { withoutUserValues, type UserConfig } from './worker-preset.js'

/** Begins the names of this project's own plugins. */
const OWN_PREFIX = 'vite-plugin-bytenite:'

/** A build that starts scripts. */
export interface OuterBuild {
  /** As the user wrote it. */
  config: UserConfig
  preset: UserConfig
  root: string
  mode: string
}

/** Bundles a script as the entry that starts it is bundled: with the same config and the same plugins. */
export async function buildScript(
  { source, fileName, plugin, isWatching }: Script,
  { config, preset, root, mode }: OuterBuild,
): Promise<BuiltFile[]> {
  const [{ build }, { pluginsForScript }] = await Promise.all([import('vite'), import('rollup-plugin-bytenite/internal')])
  const users = (await pluginsForScript(config['plugins'], isWatching)).filter(
    (each) => !(each as { name?: string }).name?.startsWith(OWN_PREFIX),
  )
  const own = {
    ...plugin,
    enforce: 'post',
    config: (whole: object) => withoutUserValues(preset, whole as UserConfig),
    outputOptions: (options: object) => ({ ...options, entryFileNames: fileName }),
  }
  const isQuiet = config['logLevel'] === 'silent' || config['logLevel'] === 'error'
  const outputs = await build({
    ...config,
    configFile: false,
    root,
    mode,
    logLevel: isQuiet ? config['logLevel'] : 'warn',
    plugins: [...users, own],
    build: {
      ...(config['build'] as object | undefined),
      ssr: source,
      lib: false,
      write: false,
      watch: null,
      manifest: false,
      ssrManifest: false,
    },
  } as object)
  return [outputs].flat().flatMap((each) => ('output' in each ? each.output : []))
}
