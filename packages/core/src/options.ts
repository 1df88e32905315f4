import type { ArchiveHash } from './archive/hash.js'
import type { CheckOptions } from './checks/codes.js'
import type { SourceModule } from './checks/environment-reads.js'
import type { CheckInput } from './checks/run-checks.js'
import type { Progress } from './client/api/progress.js'
import type { Connection, ConnectionOptions } from './connection/connection.js'
import type { Environment } from './connection/credentials.js'
import type { TemplateOptions } from './manifest/job-template.js'
import type { ManifestOptions } from './manifest/manifest-options.js'
import type { ProjectInput } from './manifest/project.js'
import type { SelectionInput } from './output/select-files.js'
import type { ProtectedFiles } from './record/guard.js'
import type { RecordPlace } from './record/place.js'
import type { Logger } from './utils/logger.js'
import type { JsonSchema } from './wire.js'

export interface PackOptions {
  /**
   * The output directory, relative to `root` or absolute. Several directories become one archive:
   * each keeps its path relative to their nearest common parent.
   */
  directory: string | readonly string[]
  /**
   * The directory that paths in these options are relative to.
   * @default process.cwd()
   */
  root?: string | undefined
  /**
   * The project that the output belongs to, relative to `root`: the directory of its `package.json`, `manifest.json`,
   * `template.json` and `schema.json`.
   * @default the nearest directory above the entries' sources, else above `root`, with a `package.json` that has a name, or
   * with the platform's `manifest.json`
   */
  projectRoot?: string | undefined
  /**
   * Absolute paths of the entries' sources, by which the project is found. Entries of different projects are an error.
   * @default none
   */
  entrySources?: readonly string[] | undefined
  /** Fields of the app's manifest. They take precedence over `manifest.json` and `package.json`. @default see its fields */
  manifest?: ManifestOptions | undefined
  /** Absolute paths of the entry files that the build wrote. A single one is the default entrypoint. */
  entryFiles?: readonly string[] | undefined
  /**
   * Globs of the files to pack, relative to the output directory. A pattern that starts with `!` removes files that the others
   * matched, also in `exclude`.
   * @default '**'
   */
  include?: string | readonly string[] | undefined
  /** Globs of files and directories not to pack; wins over `include`. An excluded directory is not read. @default none */
  exclude?: string | readonly string[] | undefined
  /**
   * Globs of files to pack even though their names look like secrets.
   * @default none
   */
  allowSecrets?: string | readonly string[] | undefined
  /** Upper limit of the files' total size in bytes, to catch accidental publishes. @default 4_000_000_000 */
  maxBytes?: number | undefined
  /** Upper limit of the number of files. @default 100_000 */
  maxFiles?: number | undefined
  /**
   * The job template in the archive: an object, the path of a JSON file, or `false` for none. Missing fields get defaults.
   * @default `template.json` in the project; else, for an app, one without partitioner and assembler
   */
  template?: TemplateOptions | string | false | undefined
  /**
   * JSON Schema of the app's parameters: an object, the path of a JSON file, or `false` for none.
   * @default `schema.json` in the project, if it exists
   */
  schema?: Exclude<JsonSchema, true> | string | undefined
  /**
   * Levels of the checks for problems that would break the app in the container, such as `{ 'missing-import': 'warn' }`: `'error'`,
   * `'warn'` or `'off'`. `false` turns all of them off.
   * @default each check's own level
   */
  checks?: CheckOptions | undefined
  /**
   * The project's own modules as the bundler transformed them, to check which environment variables they read.
   * @default none
   */
  sourceModules?: readonly SourceModule[] | undefined
  /**
   * Absolute paths of the files that the build read: `record` and `archiveFile` never replace them.
   * @default none
   */
  sourceFiles?: readonly string[] | undefined
  /**
   * Also write the archive to this file. An existing file is replaced only if it is empty or an archive written here before.
   * @default none
   */
  archiveFile?: string | undefined
  /**
   * Where to write the platform's record of the app, or `false` for no record. An existing file is replaced only if it is empty or
   * a record.
   * @default `bytenite.app.json` in the output directory that has the entrypoint
   */
  record?: string | false | undefined
  /**
   * Source of the `BYTENITE_*` variables.
   * @default process.env
   */
  env?: Environment | undefined
  /** Files last changed before this time cause a warning, because this build did not write them. */
  staleBefore?: Date | undefined
  /** Called with one sentence for each problem that is not an error. */
  onWarning?: ((message: string) => void) | undefined
  /** Aborts packing and publishing. The promise then rejects with the signal's reason, and no record is written. */
  signal?: AbortSignal | undefined
}

/** What happens in a trial run. */
export type SmokeEvent = { state: 'started' } | { state: 'succeeded'; milliseconds: number }

/** A trial run of an archive. */
export interface SmokeOptions {
  /** File with the data of the run. @default none */
  input?: string | undefined
  /** Parameters of the app. @default {} */
  params?: unknown
  /** Whether the app runs in its container, by podman or Docker, and not as a process of this machine. @default false */
  container?: boolean | undefined
  /** Seconds that the run may take. @default 300 */
  timeout?: number | undefined
}

export interface PublishOptions extends PackOptions, ConnectionOptions {
  /**
   * Called once before the upload. An exception stops the publish. The summary has a hash if the archive was hashed already,
   * see {@link PackSummary.hash}; the result of the publish always has it.
   */
  onPacked?: ((summary: PackSummary) => void) | undefined
  /** Called with the upload's progress, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
  /** Called when the trial run of the option `smoke` starts, and when it has succeeded. */
  onSmoke?: ((event: SmokeEvent) => void) | undefined
  /**
   * Whether to upload nothing if the platform already has this exact archive. The record is written anyway.
   * @default true
   */
  skipUnchanged?: boolean | undefined
  /**
   * Whether to replace a different archive with the same name and version. With `false`, that is the error `VERSION_EXISTS`.
   *
   * This does not protect against two publishes at the same moment, because the platform has no conditional upload.
   * @default true
   */
  overwrite?: boolean | undefined
  /**
   * Whether to activate the app after publishing, so that jobs can use it, and to wait until it is active.
   * @default false
   */
  activate?: boolean | undefined
  /**
   * Whether to say what changes when another archive is replaced: files, lines, fields. Downloads that archive, if it has at most
   * 200 MB.
   * @default false
   */
  diff?: boolean | undefined
  /**
   * A trial run of the archive on this machine before it is sent, with the package `bytenite-local`. If the task fails, nothing is
   * sent: `SMOKE_FAILED`.
   *
   * An archive that the platform has already is run only if `activate` makes it active.
   * @default no run
   */
  smoke?: SmokeOptions | undefined
}

/** When an output is published: see {@link PublishOutputOptions}. */
export type PublishSetting = 'auto' | boolean

export interface PublishOutputOptions extends PublishOptions {
  /**
   * When the output is published: `'auto'`, `true` or `false`.
   *
   * - `'auto'`: if credentials are found and it is not a pull request build; otherwise it is only packed
   * - `true`: always; missing credentials are an error
   * - `false`: never; it is only packed
   * @env BYTENITE_PUBLISH
   * @default 'auto'
   */
  publish?: PublishSetting | undefined
  /**
   * What becomes of an error: `'fail'`, `'warn'`, or a function that decides.
   *
   * - `'fail'`: it is thrown
   * - `'warn'`: it is logged as a warning
   * - a function: called with the error; what it throws is thrown
   * @default 'fail'
   */
  onError?: 'fail' | 'warn' | ((error: Error) => void | Promise<void>) | undefined
  /** Where progress and results are reported. @default lines on standard error */
  logger?: Logger | undefined
}

/** The key figures of a packed archive. */
export interface PackSummary {
  /** `name@version`. */
  tag: string
  /** Number of files under `app/`. */
  files: number
  /** Number of source maps among them. */
  sourceMaps: number
  /** Remarks on how the manifest was created, one sentence each. */
  notes: readonly string[]
  /** Bytes of the tar. */
  size: number
  /**
   * SHA-256 of the tar. `undefined` if it is hashed while it is sent: that saves reading it twice where the platform has
   * nothing to compare it with.
   */
  hash?: ArchiveHash | undefined
}

/** The options for an archive that the platform already has. */
export interface PublishPolicy {
  skipUnchanged: boolean
  overwrite: boolean
  /** Whether to activate the app after publishing. */
  activate: boolean
  /** Whether to say what is replaced. */
  diff: boolean
  /** How to run the archive before it is sent; `undefined` if it is not run. Paths in it are absolute. */
  smoke: SmokeOptions | undefined
}

/** All options, resolved and checked. Each step takes the slice that it declares. Secrets in it are hidden from inspection. */
export interface ResolvedOptions extends ProjectInput, SelectionInput, CheckInput, RecordPlace, ProtectedFiles, Connection, PublishPolicy {
  /** The time of every entry in the archive; `undefined` means the default. */
  mtime: Date | undefined
  signal: AbortSignal | undefined
  onPacked: (summary: PackSummary) => void
  onProgress: (progress: Progress) => void
  onSmoke: (event: SmokeEvent) => void
}
