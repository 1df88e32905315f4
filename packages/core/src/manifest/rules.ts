import { Secret } from '../utils/secret.js'
import { show, type FieldName, type FieldValue, type ManifestProblem } from './fields.js'

interface Rule {
  required: boolean
  expected: string
  holds: (value: unknown) => boolean
  /** Whether the value must never be shown. */
  secret?: boolean
}

/** `[host[:port]/]path[:tag][@digest]`, after the reference grammar of the distribution project. */
const IMAGE_REFERENCE =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9+._-]+:[a-f0-9]{32,})?$/

const isString = (value: unknown): boolean => typeof value === 'string'
const isFilled = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''
const isPositive = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value > 0
const areFilled = (value: unknown): boolean => Array.isArray(value) && value.every(isFilled)
const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value)

/** The platform's rules for `manifest.json`, from its public documentation of apps and engines. */
const RULES: Record<FieldName, Rule> = {
  name: {
    required: true,
    expected: 'letters, digits, "-" and "_" only, at most 64 of them',
    holds: matches(/^[A-Za-z0-9_-]{1,64}$/),
  },
  version: {
    required: true,
    expected: 'a string of two whole numbers, MAJOR.MINOR, such as "0.1"',
    holds: matches(/^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)$/),
  },
  description: { required: false, expected: 'a string', holds: isString },
  type: {
    required: false,
    expected: '"app", "partitioner" or "assembler"',
    holds: matches(/^(?:app|partitioner|assembler)$/),
  },
  platform: { required: true, expected: '"docker"', holds: matches(/^docker$/) },
  entrypoint: {
    required: false,
    expected: 'a file path relative to the output directory, with "/" as the separator',
    holds: isRelativePath,
  },
  'platformConfig.container': {
    required: true,
    expected: 'an image reference, such as "node:22-slim"',
    holds: matches(IMAGE_REFERENCE),
  },
  'platformConfig.privateImage': {
    required: false,
    expected: 'true or false',
    holds: (value) => typeof value === 'boolean',
  },
  'platformConfig.username': { required: false, expected: 'a non-empty string', holds: isFilled },
  'platformConfig.token': {
    required: false,
    expected: 'a non-empty string',
    holds: (value) => value instanceof Secret && isFilled(value.reveal()),
    secret: true,
  },
  'platformConfig.secrets': { required: false, expected: 'an array of names', holds: areFilled },
  'deviceRequirements.minCpu': { required: true, expected: 'a positive number of vCPUs', holds: isPositive },
  'deviceRequirements.minMemory': { required: true, expected: 'a positive number of GB', holds: isPositive },
  'deviceRequirements.gpu': { required: false, expected: 'an array of GPU names', holds: areFilled },
}

/** Checks every field against its rule. Whether the entrypoint exists is checked later, among the archive's files. */
export function checkManifest(fields: ReadonlyMap<FieldName, FieldValue>): ManifestProblem[] {
  const problems: ManifestProblem[] = []
  for (const [field, rule] of Object.entries(RULES) as [FieldName, Rule][]) {
    const found = fields.get(field)
    if (found === undefined) {
      if (rule.required) problems.push({ field, message: `is missing; expected ${rule.expected}` })
    } else if (!rule.holds(found.value)) {
      const value = rule.secret ? 'invalid' : show(found.value)
      const why = field === 'version' ? explainVersion(found.value) : ''
      problems.push({ field, origin: found.origin, message: `is ${value}; expected ${rule.expected}${why}` })
    }
  }
  const privateImage = fields.get('platformConfig.privateImage')
  if (privateImage?.value === true) {
    for (const field of ['platformConfig.username', 'platformConfig.token'] as const) {
      if (fields.has(field)) continue
      problems.push({ field, origin: privateImage.origin, message: 'is missing, but required for a private image' })
    }
  }
  return problems
}

/** Explains why a prerelease version is not truncated. */
function explainVersion(version: unknown): string {
  if (typeof version !== 'string' || !/^\d+\.\d+\.\d+-/.test(version)) return ''
  const [release] = version.split('.', 2).join('.').split('-')
  return `. A prerelease is not shortened to "${release}", because it would replace that version: set manifest.version`
}

function isRelativePath(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value !== '' &&
    !value.includes('\\') &&
    !/^[A-Za-z]:/.test(value) &&
    value.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  )
}
