/** As much of Vite's user config as matters here. */
export type UserConfig = Record<string, unknown>

/** What an image is taken to have whose name does not say which Node it has. */
const OLDEST_NODE = 20

/**
 * A config that bundles `entry` and all it imports into one ES file for Node.
 * Without `ssr.noExternal` the dependencies would stay outside, and nothing installs them in the container.
 * @param node the container's major version of Node
 */
export function workerPreset(entry: string, node: number = OLDEST_NODE, isRolldown: boolean): UserConfig {
  return {
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir: 'dist',
      emptyOutDir: true,
      target: `node${node}`,
      sourcemap: true,
      rollupOptions: {
        output: {
          format: 'es',
          entryFileNames: 'main.js',
          ...(isRolldown ? { codeSplitting: false } : { inlineDynamicImports: true }),
        },
      },
    },
  }
}

/**
 * What remains of a preset once the user's config has had its say. Vite lets what a plugin returns win over the
 * user's config; here it is the other way round.
 */
export function withoutUserValues(preset: UserConfig, user: UserConfig): UserConfig {
  const remaining: UserConfig = {}
  for (const [key, value] of Object.entries(preset)) {
    const userValue = user[key]
    if (userValue === undefined) remaining[key] = value
    else if (isPlainObject(value) && isPlainObject(userValue)) remaining[key] = withoutUserValues(value, userValue)
  }
  return remaining
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
