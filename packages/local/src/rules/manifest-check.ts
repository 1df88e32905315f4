import type { ManifestFile } from 'bytenite-uploader/wire'
import * as v from 'valibot'
import { Refusal } from '../refusal.js'

// The platform's version of the rules. The client has its own, written differently, so that a mistake in one shows up.

const Text = v.pipe(v.string(), v.nonEmpty())

const ManifestSchema = v.pipe(
  v.object({
    name: v.pipe(v.string(), v.regex(/^[-\w]+$/, 'letters, digits, "-" and "_" only'), v.maxLength(64)),
    version: v.pipe(v.string(), v.regex(/^[0-9]+\.[0-9]+$/, 'must be MAJOR.MINOR'), v.maxLength(64, 'at most 64 characters')),
    description: v.optional(v.string()),
    type: v.optional(v.picklist(['app', 'partitioner', 'assembler']), 'app'),
    platform: v.literal('docker'),
    entrypoint: Text,
    platform_config: v.pipe(
      v.object({
        container: Text,
        private_image: v.optional(v.boolean()),
        username: v.optional(v.string()),
        token: v.optional(v.string()),
        secrets: v.optional(v.array(Text)),
      }),
      v.check(
        ({ private_image: isPrivate, username, token }) => !isPrivate || (Boolean(username) && Boolean(token)),
        'a private image needs username and token',
      ),
    ),
    device_requirements: v.optional(
      v.object({
        min_cpu: v.optional(v.pipe(v.number(), v.gtValue(0))),
        min_memory: v.optional(v.pipe(v.number(), v.gtValue(0))),
        gpu: v.optional(v.array(Text)),
      }),
      {},
    ),
  }),
)

/** A valid manifest, with the key names of `manifest.json`. */
export interface CheckedManifest extends Omit<ManifestFile, 'type' | 'device_requirements'> {
  type: 'app' | 'partitioner' | 'assembler'
  device_requirements: Partial<ManifestFile['device_requirements']>
}

/**
 * Checks a manifest, and the archive's files, against the rules.
 * @throws {Refusal} 400 that lists every broken rule
 */
export function checkManifest(manifest: unknown, files: ReadonlySet<string>, kind: 'apps' | 'engines'): CheckedManifest {
  const result = v.safeParse(ManifestSchema, withKnownKeys(manifest))
  if (!result.success) {
    const reasons = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'manifest.json'}: ${issue.message}`)
    throw new Refusal(400, `invalid manifest.json: ${reasons.join('; ')}`)
  }
  const { entrypoint, type } = result.output
  if (!files.has(`app/${entrypoint}`)) throw new Refusal(400, `the entrypoint ${entrypoint} is not in app/`)
  if ((type === 'app') !== (kind === 'apps')) {
    throw new Refusal(400, `a manifest of type "${type}" does not belong under /${kind}`)
  }
  return result.output as CheckedManifest
}

const KEYS = (
  'name version description type platform entrypoint platform_config device_requirements ' +
  'container private_image username token secrets min_cpu min_memory gpu'
).split(' ')

/** The platform ignores the case of keys, and also accepts camelCase. */
function withKnownKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const known = KEYS.find((name) => [name, name.replace('_', '')].includes(key.toLowerCase()))
      return [known ?? key, withKnownKeys(inner)]
    }),
  )
}
