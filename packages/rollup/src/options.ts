import type { PublishOptions } from 'bytenite-uploader'

/** Options of the plugin: those of `publish()` that a build does not response itself, and when to publish. */
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
  | 'template'
  | 'schema'
  | 'checks'
> {
  /**
   * When a successful build is published.
   * - `'auto'`: when credentials are found, but never in a pull request's job; else it is packed only
   * - `true`: always; missing credentials fail the build
   * - `false`: never; it is packed only
   * @default BYTENITE_PUBLISH, else 'auto'
   */
  publish?: 'auto' | boolean | undefined
  /**
   * Whether each successful rebuild of a watcher is published. A newer build supersedes a publish that is still
   * running; one that fails is logged, whatever `onError` says, and the watcher goes on.
   * @default false
   */
  watch?: boolean | undefined
  /**
   * What a publish that fails does to the build.
   * - `'fail'`: the build fails
   * - `'warn'`: the build succeeds, with a warning
   * - a function: it decides; the build fails with what it throws
   * @default 'fail'
   */
  onError?: 'fail' | 'warn' | ((error: Error) => void | Promise<void>) | undefined
}
