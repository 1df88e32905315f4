import { ROLLUP_OPTION_NAMES, type ByteNiteOptions } from 'rollup-plugin-bytenite/lifecycle'

export interface ByteNiteViteOptions extends ByteNiteOptions {
  /**
   * The file that a task starts with, relative to the root.
   * - TypeScript or JavaScript: the build becomes one self-contained file for the container's Node, dependencies included.
   *   Files that it names by their place beside the source, as in `new URL('./add.wasm', import.meta.url)` or
   *   `join(import.meta.dirname, 'tables.json')`, are copied into the output; the scripts of workers are bundled like it
   * - any other file, such as `src/main.py`: its whole folder is published, unbundled
   *
   * Every value in your own config still wins. Without an entry, your build stays as it is.
   * @default none
   */
  entry?: string | undefined
  /**
   * Names of the environments whose output is published, such as `['ssr']`. If any environment fails, chosen or not,
   * nothing is published. Vite 6 and newer.
   * @default every environment that is built
   */
  environments?: readonly string[] | undefined
}

type OwnOption = Exclude<keyof ByteNiteViteOptions, keyof ByteNiteOptions>

/** The name of every option, by which unknown ones are found. */
export const VITE_OPTION_NAMES: readonly string[] = [
  ...ROLLUP_OPTION_NAMES,
  ...Object.keys({ entry: true, environments: true } satisfies Record<OwnOption, true>),
]
