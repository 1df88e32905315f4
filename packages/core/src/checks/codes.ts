import { ByteNiteError } from '../errors.js'

/** The severity of a finding: `error` stops the publish, `warn` prints a warning, `off` ignores it. */
export type CheckLevel = 'error' | 'warn' | 'off'

interface Check {
  level: Exclude<CheckLevel, 'off'>
  /** How to fix it; printed after the finding's message. */
  remedy: string
}

export type CheckCode =
  | 'missing-import'
  | 'missing-file'
  | 'module-format'
  | 'newer-builtin'
  | 'native-addon'
  | 'crlf-shebang'
  | 'secret-content'
  | 'not-an-entry'
  | 'unknown-variable'
  | 'floating-tag'
  | 'cached-publish'

/** Every check that runs before the upload. */
export const CHECKS: Readonly<Record<CheckCode, Check>> = {
  'missing-import': {
    level: 'error',
    remedy:
      'Nothing is installed in the container. Bundle it (the option "entry" does that), copy it into the output, or use an image that includes it.',
  },
  'missing-file': {
    level: 'warn',
    remedy:
      'Put it beside the source that names it, from where the option "entry" and nodeWorker() copy it. In other builds, copy it to that place in the output.',
  },
  'module-format': {
    level: 'error',
    remedy: 'Name ES modules .mjs and CommonJS .cjs, or put a package.json with the right "type" into the output.',
  },
  'newer-builtin': { level: 'error', remedy: 'Use a newer image, or replace the builtin.' },
  'native-addon': {
    level: 'error',
    remedy:
      "Use a package without native code. Or exclude it from the bundle, install it for the image's system, and copy it into a node_modules folder of the output.",
  },
  'crlf-shebang': {
    level: 'error',
    remedy: 'Save it with LF line endings. To keep them in git, add "* text=auto eol=lf" to .gitattributes.',
  },
  'secret-content': {
    level: 'warn',
    remedy: 'Remove it and read it from the environment instead. If it was published before, revoke it and create a new one.',
  },
  'not-an-entry': { level: 'warn', remedy: 'Set manifest.entrypoint to an entry file of the bundle, or remove it.' },
  'unknown-variable': {
    level: 'warn',
    remedy:
      'Store it as a secret on the platform and name it in manifest.platformConfig.secrets, pass it as a parameter, or give it a default.',
  },
  'cached-publish': { level: 'warn', remedy: 'Publish in a task that is not cached.' },
  'floating-tag': { level: 'warn', remedy: 'Pin a version, so that the app keeps running in the image you tested.' },
}

/** Levels that override the defaults, by code. `false` turns all checks off. */
export type CheckOptions = false | { readonly [Code in CheckCode]?: CheckLevel | undefined }

/** One problem that a check found. */
export interface Finding {
  code: CheckCode
  /** A sentence that names the file and the problem. */
  message: string
  /** Whether the app may run anyway. Lowers the default level to `warn`. */
  isUncertain?: boolean
  /** Replaces the check's remedy. */
  remedy?: string
}

export const CHECK_CODES: readonly string[] = Object.keys(CHECKS)

const LEVELS: readonly unknown[] = ['error', 'warn', 'off'] satisfies CheckLevel[]

/** @throws {ByteNiteError} `INVALID_OPTION` */
export function resolveCheckLevels(checks: CheckOptions = {}): CheckOptions {
  if (checks === false) return false
  for (const [code, level] of Object.entries(checks)) {
    if (level === undefined || LEVELS.includes(level)) continue
    throw new ByteNiteError(
      'INVALID_OPTION',
      `The option "checks" sets "${code}" to ${JSON.stringify(level)}. Expected 'error', 'warn' or 'off'.`,
    )
  }
  return checks
}
