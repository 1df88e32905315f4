import type { PublishOptions } from 'bytenite-uploader'
import { checkNestedNames, checkOptionNames, namesOf } from 'bytenite-uploader/internal/option-names'

/** Options of the plugin: those of `publish()` that a build does not determine, and when to publish. */
export interface ByteNiteOptions extends Pick<
  PublishOptions,
  | 'manifest'
  | 'include'
  | 'exclude'
  | 'allowSecrets'
  | 'maxBytes'
  | 'maxFiles'
  | 'archiveFile'
  | 'record'
  | 'apiKey'
  | 'accessToken'
  | 'apiUrl'
  | 'retries'
  | 'timeout'
  | 'skipUnchanged'
  | 'overwrite'
  | 'activate'
  | 'diff'
  | 'smoke'
  | 'template'
  | 'schema'
  | 'checks'
> {
  /**
   * The project that is published, relative to the bundler's root: the directory of its `package.json`, `manifest.json`,
   * `template.json` and `schema.json`. Paths in other options stay relative to the bundler's root.
   * @default the nearest directory above the entry's source with a `package.json` that has a name, or with the platform's `manifest.json`
   */
  root?: string | undefined
  /**
   * When a successful build is published: `'auto'`, `true` or `false`.
   *
   * - `'auto'`: if credentials are found and it is not a pull request build; otherwise it is only packed
   * - `true`: always; missing credentials fail the build
   * - `false`: never; it is only packed
   * @env BYTENITE_PUBLISH
   * @default 'auto'
   */
  publish?: 'auto' | boolean | undefined
  /**
   * Whether a watcher publishes each successful rebuild. A newer build cancels a publish that is still running. A failed
   * publish is logged, whatever `onError` is, and the watcher goes on.
   * @default false
   */
  watch?: boolean | undefined
  /**
   * What a failed publish does to the build: `'fail'` it, `'warn'`, or call a function that decides.
   *
   * - `'fail'`: the build fails
   * - `'warn'`: the build succeeds with a warning
   * - a function: called with the error; the build fails only if it throws
   * @default 'fail'
   */
  onError?: 'fail' | 'warn' | ((error: Error) => void | Promise<void>) | undefined
}

/** The name of every option, by which unknown ones are found. */
export const ROLLUP_OPTION_NAMES: readonly string[] = namesOf<ByteNiteOptions>({
  manifest: true,
  include: true,
  exclude: true,
  allowSecrets: true,
  maxBytes: true,
  maxFiles: true,
  archiveFile: true,
  record: true,
  apiKey: true,
  accessToken: true,
  apiUrl: true,
  retries: true,
  timeout: true,
  skipUnchanged: true,
  overwrite: true,
  activate: true,
  diff: true,
  smoke: true,
  template: true,
  schema: true,
  checks: true,
  root: true,
  publish: true,
  watch: true,
  onError: true,
})

/**
 * Refuses options that nothing reads, before anything is built.
 * @param names those that there are
 * @throws {ByteNiteError} `INVALID_OPTION`, with the nearest known name
 */
export function checkPluginOptions(options: ByteNiteOptions, names: readonly string[]): void {
  checkOptionNames(options, names)
  checkNestedNames(options)
}
