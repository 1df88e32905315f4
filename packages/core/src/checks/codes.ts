import { ByteNiteError } from '../errors.js'

/** How much a finding matters: `error` stops the publish, `warn` is printed, `off` is not looked at. */
export type CheckLevel = 'error' | 'warn' | 'off'

interface Check {
  level: Exclude<CheckLevel, 'off'>
  /** What to do; follows what was found. */
  remedy: string
}

export type CheckCode =
  | 'missing-import'
  | 'module-format'
  | 'newer-builtin'
  | 'native-addon'
  | 'crlf-shebang'
  | 'not-an-entry'
  | 'unknown-variable'
  | 'floating-tag'

/** All that is looked for before anything is uploaded. */
export const CHECKS: Readonly<Record<CheckCode, Check>> = {
  'missing-import': {
    level: 'error',
    remedy:
      'Nothing is installed in the container: bundle it (the option "entry" does that), or copy it into the output; or use an image that has it.',
  },
  'module-format': {
    level: 'error',
    remedy: 'Name ES modules .mjs and CommonJS .cjs, or put a package.json with the right "type" into the output.',
  },
  'newer-builtin': { level: 'error', remedy: 'Use a newer image, or do without it.' },
  'native-addon': {
    level: 'error',
    remedy:
      "Use a package without native code; or leave it out of the bundle, and copy it, installed for the image's system, into a node_modules of the output.",
  },
  'crlf-shebang': { level: 'error', remedy: 'Save it with LF line endings; in git, "* text=auto eol=lf" in .gitattributes keeps them.' },
  'not-an-entry': { level: 'warn', remedy: 'Set manifest.entrypoint to an entry file of the bundle, or leave it out.' },
  'unknown-variable': {
    level: 'warn',
    remedy:
      'Store it as a secret on the platform and name it in manifest.platformConfig.secrets, pass it as a parameter, or give it a default.',
  },
  'floating-tag': { level: 'warn', remedy: 'Name a version, so that what runs tomorrow is what was tried today.' },
}

/** Levels other than the default ones, by code; `false` for no checks at all. */
export type CheckOptions = false | { readonly [Code in CheckCode]?: CheckLevel | undefined }

/** Something that was found. */
export interface Finding {
  code: CheckCode
  /** What is wrong with what: a sentence. */
  message: string
  /** Lowers the level where it is not certain that it will fail. */
  isUncertain?: boolean
  /** What to do, where the check's remedy does not help. */
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
      `The option "checks" has ${JSON.stringify(level)} for "${code}"; expected 'error', 'warn' or 'off'.`,
    )
  }
  return checks
}
