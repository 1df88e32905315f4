import { resolve } from 'node:path'
import { ByteNiteError } from './errors.js'
import type { ManifestOptions } from './manifest-options.js'

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
   * Globs of the files to pack, matched against paths relative to the output directory.
   * @default '**'
   */
  include?: string | readonly string[] | undefined
  /** Globs of files not to pack; these win over `include`. */
  exclude?: string | readonly string[] | undefined
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

export interface PublishOptions extends PackOptions {
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
  /** Stops the publish: it then rejects with the signal's reason, and leaves no record. */
  signal?: AbortSignal | undefined
}

/** A SHA-256 in the two spellings in use. */
export interface ArchiveHash {
  /** 64 lower-case digits. */
  hex: string
  /** 44 characters of the standard alphabet, as the platform spells it. */
  base64: string
}

/** What was packed, in figures. */
export interface PackSummary {
  /** `name@version`. */
  tag: string
  /** Number of files under `app/`. */
  files: number
  /** Bytes of the tar. */
  size: number
  /** SHA-256 of the tar. */
  hash: ArchiveHash
}

/** What proves to the platform who is asking. */
export type Credentials = { accessToken: string } | { apiKey: string }

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
  /** Absolute. */
  archiveFile: string | undefined
  /** Absolute; `undefined` means the default place. */
  record: string | false | undefined
  credentials: Credentials | undefined
  /** Without a trailing slash. */
  apiUrl: string
  staleBefore: Date | undefined
  onWarning: (message: string) => void
  onPacked: (summary: PackSummary) => void
  signal: AbortSignal | undefined
}

const DEFAULT_API_URL = 'https://api.bytenite.com/v1'

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
    archiveFile: options.archiveFile === undefined ? undefined : inRoot(options.archiveFile),
    record: typeof options.record === 'string' ? inRoot(options.record) : options.record,
    credentials: resolveCredentials(options, env),
    apiUrl: resolveApiUrl(options.apiUrl, env),
    staleBefore: options.staleBefore,
    onWarning: options.onWarning ?? (() => {}),
    onPacked: options.onPacked ?? (() => {}),
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

/** An option beats the environment; an access token beats an API key. Empty strings count as absent. */
function resolveCredentials(
  options: PublishOptions,
  env: Record<string, string | undefined>,
): Credentials | undefined {
  const { apiKey, accessToken } = options
  if (accessToken) return { accessToken }
  if (apiKey) return { apiKey }
  if (env['BYTENITE_ACCESS_TOKEN']) return { accessToken: env['BYTENITE_ACCESS_TOKEN'] }
  if (env['BYTENITE_API_KEY']) return { apiKey: env['BYTENITE_API_KEY'] }
  return undefined
}

function resolveApiUrl(option: string | undefined, env: Record<string, string | undefined>): string {
  const [source, value] =
    option !== undefined
      ? ['the option "apiUrl"', option]
      : env['BYTENITE_API_URL']
        ? ['BYTENITE_API_URL', env['BYTENITE_API_URL']]
        : ['the default', DEFAULT_API_URL]
  const invalid = (expected: string): ByteNiteError =>
    new ByteNiteError('INVALID_OPTION', `The platform's address in ${source} ${expected}.`, {
      hint: `Expected a URL such as ${DEFAULT_API_URL}.`,
    })
  // The value itself is not repeated in a message: a URL may carry a password.
  if (!URL.canParse(value)) throw invalid('is not a URL')
  const url = new URL(value)
  if (url.username !== '' || url.password !== '') throw invalid('must not contain credentials')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw invalid('must use https, so that credentials travel encrypted (http is for this machine only)')
  }
  const path = url.pathname.replace(/\/+$/, '')
  if (!path.endsWith('/v1') || url.search !== '' || url.hash !== '') throw invalid('must end in /v1')
  return url.origin + path
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** Where credentials are looked for, for messages. */
export const CREDENTIAL_SOURCES: string =
  'the options "apiKey" and "accessToken", the variables BYTENITE_API_KEY and BYTENITE_ACCESS_TOKEN'
