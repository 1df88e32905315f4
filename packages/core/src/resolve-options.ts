import { resolve } from 'node:path'
import { findTaskRunner } from './checks/cached-publish.js'
import { resolveCheckLevels } from './checks/codes.js'
import { resolveConnection } from './connection/connection.js'
import { readOverride } from './connection/override.js'
import { ByteNiteError } from './errors.js'
import { findProjectRoot } from './manifest/project-root.js'
import { readLogin, withoutToken } from './manifest/registry-login.js'
import { checkNestedNames, OPTION_NAMES } from './option-names.js'
import { plainText } from './plain-text.js'
import type { PublishOptions, ResolvedOptions, SmokeOptions } from './options.js'
import { commonDirectory, pathWithin } from './utils/directories.js'
import { checkOptionNames } from './utils/option-names.js'

/**
 * Resolves each option from the options, else the environment, else its default, and checks it. All later steps use only
 * the result.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function resolveOptions(options: PublishOptions): ResolvedOptions {
  checkOptionNames(options, OPTION_NAMES)
  checkNestedNames(options)
  const env = options.env ?? process.env
  const isOverridden = readOverride()?.publish === true
  const root = resolve(options.root ?? '.')
  const inRoot = (path: string): string => resolve(root, path)
  const directories = resolveDirectories(options.directory, inRoot)
  const base = commonDirectory(directories)
  return {
    root,
    projectRoot:
      options.projectRoot === undefined ? findProjectRoot({ root, base, entrySources: options.entrySources }) : inRoot(options.projectRoot),
    directories,
    base,
    entries: (options.entryFiles ?? []).map((file) => pathWithin(base, file)),
    manifest: withoutToken(options.manifest),
    login: readLogin(options.manifest, env),
    template: typeof options.template === 'string' ? inRoot(options.template) : options.template,
    schema: typeof options.schema === 'string' ? inRoot(options.schema) : options.schema,
    include: toList('include', options.include ?? '**'),
    exclude: toList('exclude', options.exclude ?? []),
    allowSecrets: toList('allowSecrets', options.allowSecrets ?? []),
    maxBytes: toLimit('maxBytes', options.maxBytes ?? 4_000_000_000),
    maxFiles: toLimit('maxFiles', options.maxFiles ?? 100_000),
    staleBefore: options.staleBefore,
    mtime: resolveTime(env['SOURCE_DATE_EPOCH']),
    checks: resolveCheckLevels(options.checks),
    sourceModules: options.sourceModules ?? [],
    sourceFiles: options.sourceFiles ?? [],
    taskRunner: findTaskRunner(env),
    archiveFile: options.archiveFile === undefined ? undefined : inRoot(options.archiveFile),
    record: typeof options.record === 'string' ? inRoot(options.record) : options.record,
    ...resolveConnection(options, env),
    skipUnchanged: options.skipUnchanged ?? true,
    // What was published to a platform of its own is there to be replaced.
    overwrite: isOverridden || (options.overwrite ?? true),
    activate: options.activate ?? false,
    diff: options.diff ?? false,
    // Who publishes to a platform of its own runs the app there anyway.
    smoke: isOverridden || options.smoke === undefined ? undefined : resolveSmoke(options.smoke, inRoot),
    signal: options.signal,
    onWarning: (message) => options.onWarning?.(plainText(message)),
    onPacked: options.onPacked ?? (() => {}),
    onProgress: options.onProgress ?? (() => {}),
    onSmoke: options.onSmoke ?? (() => {}),
  }
}

function resolveDirectories(directory: string | readonly string[], inRoot: (path: string) => string): string[] {
  const directories = new Set(toList('directory', directory).map(inRoot))
  if (directories.size === 0) {
    throw new ByteNiteError('INVALID_OPTION', 'The option "directory" is empty.')
  }
  return [...directories].toSorted()
}

function toList(name: string, value: string | readonly string[]): readonly string[] {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list) || list.some((item) => typeof item !== 'string' || item === '')) {
    throw new ByteNiteError(
      'INVALID_OPTION',
      `The option "${name}" is ${JSON.stringify(value)}; expected a non-empty string, or an array of them.`,
    )
  }
  return list
}

function resolveSmoke(
  { input, params = {}, container = false, timeout = 300 }: SmokeOptions,
  inRoot: (path: string) => string,
): SmokeOptions {
  if (input !== undefined && typeof input !== 'string') {
    throw new ByteNiteError('INVALID_OPTION', `The option "smoke.input" is ${JSON.stringify(input)}; expected the path of a file.`)
  }
  return { input: input && inRoot(input), params, container, timeout: toLimit('smoke.timeout', timeout) }
}

function toLimit(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value
  throw new ByteNiteError('INVALID_OPTION', `The option "${name}" is ${JSON.stringify(value)}; expected a positive number.`)
}

/** The timestamp for reproducible builds: https://reproducible-builds.org/specs/source-date-epoch/ */
function resolveTime(seconds: string | undefined): Date | undefined {
  if (seconds === undefined || seconds === '') return undefined
  // A plain tar header has eleven octal digits for it.
  if (/^\d+$/.test(seconds) && Number(seconds) < 8 ** 11) return new Date(Number(seconds) * 1000)
  throw new ByteNiteError('INVALID_OPTION', `SOURCE_DATE_EPOCH is ${JSON.stringify(seconds)}; expected a whole number of seconds.`)
}
