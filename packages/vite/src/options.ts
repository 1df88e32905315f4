import { ROLLUP_OPTION_NAMES, type ByteNiteOptions } from 'rollup-plugin-bytenite/lifecycle'

export interface ByteNiteViteOptions extends ByteNiteOptions {
  /**
   * The file that starts a task, relative to the root. TypeScript or JavaScript is bundled into one file for Node; any other entry,
   * such as `src/main.py`, publishes its folder unbundled.
   *
   * - TypeScript or JavaScript: the build becomes one self-contained file for the container's Node, dependencies included.
   *   Files that it names by their place beside the source, as in `new URL('./add.wasm', import.meta.url)` or
   *   `join(import.meta.dirname, 'tables.json')`, are copied into the output; the scripts of workers are bundled like it
   * - any other file: its whole folder is published
   *
   * Every value in your own config still wins. Without an entry, your build stays as it is.
   * @default none
   */
  entry?: string | undefined
  /**
   * Names of the environments to publish, such as `['ssr']`, with Vite 6 and newer. If any environment fails, chosen or not,
   * nothing is published.
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
