import { keepInOneFile } from 'rollup-plugin-bytenite/lifecycle'

/** Vite's user config, or a part of it. */
export type UserConfig = Record<string, unknown>

/** Assumed for images whose names do not tell their version of Node. */
const OLDEST_NODE = 20

/**
 * A config that bundles `entry`, and everything it imports, into one ES module for Node. What it starts as a worker is bundled
 * by the same config.
 * Without `ssr.noExternal` the dependencies would be left out, and nothing installs them in the container.
 * @param node the container's major version of Node
 * @param rolldownVersion set if Vite bundles with Rolldown
 */
export function workerPreset(entry: string, node: number = OLDEST_NODE, rolldownVersion: string | undefined): UserConfig {
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
          ...keepInOneFile(rolldownVersion),
        },
      },
    },
  }
}

/**
 * The preset without the values that the user's config sets. Vite would let a plugin's values win over the user's;
 * here the user's win.
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
