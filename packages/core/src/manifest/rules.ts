import { Secret } from '../utils/secret.js'
import { show, type FieldName, type FieldValue, type ManifestProblem } from './fields.js'

interface Rule {
  required: boolean
  expected: string
  holds: (value: unknown) => boolean
  /** The value is never shown. */
  secret?: boolean
}

/** `[host[:port]/]path[:tag][@digest]`, as the distribution project's reference grammar has it. */
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
    expected: 'the path of a file, relative to the output directory, with "/" between its parts',
    holds: isRelativePath,
  },
  'platformConfig.container': {
    required: true,
    expected: 'the reference of an image, such as "node:22-slim"',
    holds: matches(IMAGE_REFERENCE),
  },
  'platformConfig.privateImage': {
    required: false,
    expected: 'true or false',
    holds: (value) => typeof value === 'boolean',
  },
  'platformConfig.username': { required: false, expected: 'a string that is not empty', holds: isFilled },
  'platformConfig.token': {
    required: false,
    expected: 'a string that is not empty',
    holds: (value) => value instanceof Secret && isFilled(value.reveal()),
    secret: true,
  },
  'platformConfig.secrets': { required: false, expected: 'an array of names', holds: areFilled },
  'deviceRequirements.minCpu': { required: true, expected: 'a number of vCPUs over 0', holds: isPositive },
  'deviceRequirements.minMemory': { required: true, expected: 'a number of GB over 0', holds: isPositive },
  'deviceRequirements.gpu': { required: false, expected: 'an array of names of GPUs', holds: areFilled },
}

/** Holds every field against its rule. The entrypoint's existence is checked later, in the archive's files. */
export function checkManifest(fields: ReadonlyMap<FieldName, FieldValue>): ManifestProblem[] {
  const problems: ManifestProblem[] = []
  for (const [field, rule] of Object.entries(RULES) as [FieldName, Rule][]) {
    const found = fields.get(field)
    if (found === undefined) {
      if (rule.required) problems.push({ field, message: `is missing; expected ${rule.expected}` })
    } else if (!rule.holds(found.value)) {
      const value = rule.secret ? 'not usable' : show(found.value)
      const why = field === 'version' ? explainVersion(found.value) : ''
      problems.push({ field, origin: found.origin, message: `is ${value}; expected ${rule.expected}${why}` })
    }
  }
  const privateImage = fields.get('platformConfig.privateImage')
  if (privateImage?.value === true) {
    for (const field of ['platformConfig.username', 'platformConfig.token'] as const) {
      if (fields.has(field)) continue
      problems.push({ field, origin: privateImage.origin, message: 'is missing; a private image needs it' })
    }
  }
  return problems
}

/** Why a version of npm's kind is not cut to fit. */
function explainVersion(version: unknown): string {
  if (typeof version !== 'string' || !/^\d+\.\d+\.\d+-/.test(version)) return ''
  const [release] = version.split('.', 2).join('.').split('-')
  return `; a prerelease is not cut to "${release}", whose place it would take: set manifest.version`
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
