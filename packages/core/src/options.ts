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
import type { PublishPolicy } from './publish/remote-state.js'
import type { ProtectedFiles } from './record/guard.js'
import type { RecordPlace } from './record/place.js'
import type { JsonSchema } from './wire.js'

export interface PackOptions {
  /**
   * The output directory, relative to `root` or absolute. Several directories become one archive:
   * each keeps its path relative to their nearest common parent.
   */
  directory: string | readonly string[]
  /**
   * The project's root: where `manifest.json` and `package.json` are looked for.
   * @default process.cwd()
   */
  root?: string | undefined
  /** Fields of the manifest; each one given here wins over every other source. */
  manifest?: ManifestOptions | undefined
  /** Absolute paths of the entry files that the build wrote. A single one is the default entrypoint. */
  entryFiles?: readonly string[] | undefined
  /**
   * Globs of the files to pack, matched against paths relative to the output directory. A pattern that starts with `!`
   * removes files the others matched (also in `exclude`).
   * @default '**'
   */
  include?: string | readonly string[] | undefined
  /** Globs of files and directories not to pack; these win over `include`. An excluded directory is not read. */
  exclude?: string | readonly string[] | undefined
  /**
   * Globs of files to pack although their names look like those of secrets.
   * @default none
   */
  allowSecrets?: string | readonly string[] | undefined
  /** Upper limit of the files' total size in bytes, to catch accidental publishes. @default 4_000_000_000 */
  maxBytes?: number | undefined
  /** Upper limit of the number of files. @default 100_000 */
  maxFiles?: number | undefined
  /**
   * The job template for the archive: an object, or the path of a JSON file relative to `root`. Missing fields are filled
   * in. `false` packs none.
   * @default template.json in `root`; without it the platform's default for an app, `NAME-template`
   */
  template?: TemplateOptions | string | false | undefined
  /**
   * JSON Schema of the app's parameters: an object, or the path of a JSON file relative to `root`. `false` packs none.
   * @default schema.json in `root`, if there is one
   */
  schema?: Exclude<JsonSchema, true> | string | undefined
  /**
   * Levels of the checks for problems that would break the app in the container, by their codes: `error`, `warn` or
   * `off`. `false` turns all of them off.
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
   * Also write the archive to this file, relative to `root`. An existing file is replaced only if it is empty or an archive
   * written here before.
   */
  archiveFile?: string | undefined
  /**
   * Where the platform's record goes, relative to `root`; `false` writes none. An existing file is replaced only if it is
   * empty or a record.
   * @default 'bytenite.app.json' in the output directory that holds the entrypoint
   */
  record?: string | false | undefined
  /**
   * Where `BYTENITE_*` variables are read.
   * @default process.env
   */
  env?: Environment | undefined
  /** A file last changed before this time is named in a warning, because this build did not write it. */
  staleBefore?: Date | undefined
  /** Called with everything that deserves attention but is not a failure, one sentence at a time. */
  onWarning?: ((message: string) => void) | undefined
  /** Stops packing and publishing: the promise then rejects with the signal's reason, and no record is left. */
  signal?: AbortSignal | undefined
}

export interface PublishOptions extends PackOptions, ConnectionOptions {
  /** Called once the archive is packed and hashed, before anything is sent; an exception stops the publish. */
  onPacked?: ((summary: PackSummary) => void) | undefined
  /** Called with the upload's progress, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
  /**
   * Whether an archive that the platform already has is not sent again. The record is written all the same.
   * @default true
   */
  skipUnchanged?: boolean | undefined
  /**
   * Whether a different archive of the same name and version may be replaced. With `false`, that throws
   * `VERSION_EXISTS`. Two publishers at the same moment cannot be kept apart: the platform has no such condition.
   * @default true
   */
  overwrite?: boolean | undefined
  /**
   * Whether to activate the app after publishing, so that jobs can use it, and to wait until it is active.
   * @default false
   */
  activate?: boolean | undefined
}

/** What was packed, in figures. */
export interface PackSummary {
  /** `name@version`. */
  tag: string
  /** Number of files under `app/`. */
  files: number
  /** Number of source maps among them. */
  sourceMaps: number
  /** Remarks on how the manifest came to be, a sentence each. */
  notes: readonly string[]
  /** Bytes of the tar. */
  size: number
  /** SHA-256 of the tar. */
  hash: ArchiveHash
}

/** Every option, filled in and checked: each step takes the slice that it declares. Secrets in it cannot be inspected. */
export interface ResolvedOptions extends ProjectInput, SelectionInput, CheckInput, RecordPlace, ProtectedFiles, Connection, PublishPolicy {
  /** The time of every entry in the archive; `undefined` means the default. */
  mtime: Date | undefined
  signal: AbortSignal | undefined
  onPacked: (summary: PackSummary) => void
  onProgress: (progress: Progress) => void
}
