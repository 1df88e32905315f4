import { resolve } from 'node:path'
import { checkApiUrl, DEFAULT_API_URL } from './client/http/api-url.js'
import type { ArchiveHash } from './archive/hash.js'
import { resolveLimits, type Limits, type RequestOptions } from './client/request-options.js'
import { resolveCredentials, type Credentials } from './client/auth/credentials.js'
import { ByteNiteError } from './errors.js'
import { CHECKS, type CheckOptions } from './checks/codes.js'
import type { SourceModule } from './checks/environment-reads.js'
import type { ManifestOptions } from './manifest/manifest-options.js'
import type { Progress } from './client/api/progress.js'
import type { JobTemplate, JsonSchema } from './wire.js'

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
  /** Absolute paths of the entry files that the build wrote. One alone is the default entrypoint. */
  entryFiles?: readonly string[] | undefined
  /**
   * Globs of the files to pack, matched against paths relative to the output directory. One that begins with `!` takes
   * away from what the others match; so does one for `exclude`.
   * @default '**'
   */
  include?: string | readonly string[] | undefined
  /** Globs of files and directories not to pack; these win over `include`. A directory that is left out is not looked into. */
  exclude?: string | readonly string[] | undefined
  /**
   * Globs of files to pack although their names look like those of secrets.
   * @default none
   */
  allowSecrets?: string | readonly string[] | undefined
  /** Bytes that the files may have together, so that nothing is published by mistake. @default 4_000_000_000 */
  maxBytes?: number | undefined
  /** Number of files that there may be. @default 100_000 */
  maxFiles?: number | undefined
  /**
   * The job template that goes into the archive: an object, or the path of a JSON file relative to `root`; what it leaves
   * out is filled in. `false` packs none.
   * @default template.json in `root`; without it the platform's default for an app, `NAME-template`
   */
  template?: TemplateOptions | string | false | undefined
  /**
   * JSON Schema of the app's parameters: an object, or the path of a JSON file relative to `root`. `false` packs none.
   * @default schema.json in `root`, if there is one
   */
  schema?: Exclude<JsonSchema, true> | string | undefined
  /**
   * Levels of the checks for what would fail in the container, by their codes: `error`, `warn` or `off`. `false` for none
   * at all.
   * @default each check's own level
   */
  checks?: CheckOptions | undefined
  /**
   * The project's own modules as the bundler transformed them: which environment variables they read is checked.
   * @default none
   */
  sourceModules?: readonly SourceModule[] | undefined
  /** Also write the archive to this file, relative to `root`. */
  archiveFile?: string | undefined
  /**
   * Where the platform's record goes, relative to `root`; `false` writes none.
   * @default 'bytenite.app.json' in the output directory that holds the entrypoint
   */
  record?: string | false | undefined
  /**
   * Where `BYTENITE_*` variables are read.
   * @default process.env
   */
  env?: Record<string, string | undefined> | undefined
  /** A file that was last changed before this time is named in a warning: this build did not write it. */
  staleBefore?: Date | undefined
  /** Told of everything that deserves attention and is no failure, one sentence at a time. */
  onWarning?: ((message: string) => void) | undefined
}

/** A job template for what is published. What is left out is filled in. */
export interface TemplateOptions extends Partial<JobTemplate> {
  /** @default `NAME-template` */
  id?: string
  /** Tag of the app. @default the one that is published, exactly */
  app?: string
  /** @default 'passthrough' */
  partitioner?: string
  /** @default 'passthrough' */
  assembler?: string
}

export interface PublishOptions extends PackOptions, RequestOptions {
  /** API key, exchanged for an access token. @default BYTENITE_API_KEY */
  apiKey?: string | undefined
  /** Access token, used as it is and preferred to an API key. @default BYTENITE_ACCESS_TOKEN */
  accessToken?: string | undefined
  /**
   * The platform's API, up to and with `/v1`; `https:` unless it is on this machine.
   * @default BYTENITE_API_URL, else 'https://api.bytenite.com/v1'
   */
  apiUrl?: string | undefined
  /** Told once the archive is packed and hashed, before anything is sent; what it throws stops the publish. */
  onPacked?: ((summary: PackSummary) => void) | undefined
  /** Told how the upload goes on, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
  /**
   * Whether nothing is sent when the platform has this very archive already. The record is written all the same.
   * @default true
   */
  skipUnchanged?: boolean | undefined
  /**
   * Whether another archive of the same name and version may be replaced. `false` is an error then. Two publishers at
   * the same moment cannot be kept apart: the platform has no such condition.
   * @default true
   */
  overwrite?: boolean | undefined
  /**
   * Whether it is activated after publishing, so that jobs can use it; waits until it is active.
   * @default false
   */
  activate?: boolean | undefined
  /** Stops the publish: it then rejects with the signal's reason, and leaves no record. */
  signal?: AbortSignal | undefined
}

/** What was packed, in figures. */
export interface PackSummary {
  /** `name@version`. */
  tag: string
  /** Number of files under `app/`. */
  files: number
  /** Number of source maps among them. */
  sourceMaps: number
  /** What a user may want to know about how it was packed, a sentence each. */
  notes: readonly string[]
  /** Bytes of the tar. */
  size: number
  /** SHA-256 of the tar. */
  hash: ArchiveHash
}

export interface ResolvedOptions {
  /** Absolute; never empty, no duplicates. */
  directories: readonly string[]
  /** Absolute. */
  root: string
  manifest: ManifestOptions
  /** Absolute. */
  entryFiles: readonly string[]
  include: readonly string[]
  exclude: readonly string[]
  allowSecrets: readonly string[]
  maxBytes: number
  maxFiles: number
  /** What every entry of the archive has as its time; `undefined` means the default. */
  mtime: Date | undefined
  /** Absolute. */
  archiveFile: string | undefined
  /** Absolute; `undefined` means the default place. */
  record: string | false | undefined
  credentials: Credentials | undefined
  /** Where they were looked for, to say so. */
  env: Record<string, string | undefined>
  /** Without a trailing slash. */
  apiUrl: string
  limits: Limits
  skipUnchanged: boolean
  overwrite: boolean
  activate: boolean
  /** A path is absolute. */
  template: TemplateOptions | string | false | undefined
  /** A path is absolute. */
  schema: Exclude<JsonSchema, true> | string | undefined
  checks: CheckOptions
  sourceModules: readonly SourceModule[]
  staleBefore: Date | undefined
  onWarning: (message: string) => void
  onPacked: (summary: PackSummary) => void
  onProgress: (progress: Progress) => void
  signal: AbortSignal | undefined
}

/**
 * Fills in what was left out, by option, then environment, then default, and checks what was given.
 * Everything after this takes only the result.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function resolveOptions(options: PublishOptions): ResolvedOptions {
  const env = options.env ?? process.env
  const root = resolve(options.root ?? '.')
  const inRoot = (path: string): string => resolve(root, path)
  return {
    directories: resolveDirectories(options.directory, inRoot),
    root,
    manifest: options.manifest ?? {},
    entryFiles: options.entryFiles ?? [],
    include: toList('include', options.include ?? '**'),
    exclude: toList('exclude', options.exclude ?? []),
    allowSecrets: toList('allowSecrets', options.allowSecrets ?? []),
    maxBytes: toLimit('maxBytes', options.maxBytes ?? 4_000_000_000),
    maxFiles: toLimit('maxFiles', options.maxFiles ?? 100_000),
    mtime: resolveTime(env['SOURCE_DATE_EPOCH']),
    archiveFile: options.archiveFile === undefined ? undefined : inRoot(options.archiveFile),
    record: typeof options.record === 'string' ? inRoot(options.record) : options.record,
    credentials: resolveCredentials(options, env),
    env,
    apiUrl: resolveApiUrl(options.apiUrl, env),
    limits: resolveLimits(options),
    skipUnchanged: options.skipUnchanged ?? true,
    overwrite: options.overwrite ?? true,
    activate: options.activate ?? false,
    template: typeof options.template === 'string' ? inRoot(options.template) : options.template,
    schema: typeof options.schema === 'string' ? inRoot(options.schema) : options.schema,
    checks: checkLevels(options.checks),
    sourceModules: options.sourceModules ?? [],
    staleBefore: options.staleBefore,
    onWarning: options.onWarning ?? (() => {}),
    onPacked: options.onPacked ?? (() => {}),
    onProgress: options.onProgress ?? (() => {}),
    signal: options.signal,
  }
}

function resolveDirectories(directory: string | readonly string[], inRoot: (path: string) => string): string[] {
  const directories = new Set(toList('directory', directory).map(inRoot))
  if (directories.size === 0) {
    throw new ByteNiteError('INVALID_OPTION', 'The option "directory" names no output directory.')
  }
  return [...directories].toSorted()
}

function toList(name: string, value: string | readonly string[]): readonly string[] {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list) || list.some((item) => typeof item !== 'string' || item === '')) {
    throw new ByteNiteError(
      'INVALID_OPTION',
      `The option "${name}" is ${JSON.stringify(value)}; expected a string or an array of strings, none of them empty.`,
    )
  }
  return list
}

function checkLevels(checks: CheckOptions = {}): CheckOptions {
  if (checks === false) return false
  for (const [code, level] of Object.entries(checks)) {
    if (!(code in CHECKS)) {
      throw new ByteNiteError('INVALID_OPTION', `The option "checks" names "${code}"; there are ${Object.keys(CHECKS).join(', ')}.`)
    }
    if (level !== undefined && !['error', 'warn', 'off'].includes(level)) {
      throw new ByteNiteError(
        'INVALID_OPTION',
        `The option "checks" has ${JSON.stringify(level)} for "${code}"; expected 'error', 'warn' or 'off'.`,
      )
    }
  }
  return checks
}

function toLimit(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value
  throw new ByteNiteError('INVALID_OPTION', `The option "${name}" is ${JSON.stringify(value)}; expected a number above 0.`)
}

/** The time by which reproducible builds agree: https://reproducible-builds.org/specs/source-date-epoch/ */
function resolveTime(seconds: string | undefined): Date | undefined {
  if (seconds === undefined || seconds === '') return undefined
  // The plain tar header has room for eleven octal digits.
  if (/^\d+$/.test(seconds) && Number(seconds) < 8 ** 11) return new Date(Number(seconds) * 1000)
  throw new ByteNiteError('INVALID_OPTION', `SOURCE_DATE_EPOCH is ${JSON.stringify(seconds)}; expected a whole number of seconds.`)
}

function resolveApiUrl(option: string | undefined, env: Record<string, string | undefined>): string {
  if (option !== undefined) return checkApiUrl(option, 'the option "apiUrl"')
  return checkApiUrl(env['BYTENITE_API_URL'] || DEFAULT_API_URL, 'BYTENITE_API_URL')
}
