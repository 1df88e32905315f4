import type { SecretListResponse, SecretRecord } from 'bytenite-uploader/wire-jobs'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Secrets, StoredSecret } from '../store/secrets.js'
import type { ApiEnv } from '../http/api-env.js'
import { checkRequest } from '../http/check-request.js'
import { done } from '../http/messages.js'
import { readJsonBody } from '../http/request-body.js'

/** Bytes. */
const MAX_SECRET = 64 * 1024

const Text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'))

const SecretRequest = v.object({
  secret: v.object({
    id: v.optional(
      // Also a part of the names of environment variables.
      v.pipe(v.string('must be a string'), v.regex(/^[-.\w]*$/, 'letters, digits, ".", "-" and "_" only'), v.maxLength(128, 'too long')),
      '',
    ),
    name: v.nullish(v.string('must be a string')),
    secretType: v.picklist(['aws', 's3', 'gcp', 'storj', 'other'], 'must be aws, s3, gcp, storj or other'),
    accessKey: v.nullish(v.string('must be a string')),
    expiresAt: v.nullish(
      v.pipe(
        v.string('must be a string'),
        v.check((text) => text === '' || !Number.isNaN(Date.parse(text)), 'must be a time, such as 2030-01-31T12:00:00Z'),
      ),
    ),
    params: v.nullish(v.record(v.string(), v.unknown(), 'must be an object')),
  }),
  secretKey: Text,
})

/** The credentials that jobs may use. No response contains a secret key. */
export function secretRoutes(secrets: Secrets): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()

  routes.post('/', async (c) => {
    const { secret, secretKey } = checkRequest(SecretRequest, await readJsonBody(c, MAX_SECRET))
    const { id } = secrets.save({
      id: secret.id || undefined,
      secretType: secret.secretType,
      name: secret.name ?? '',
      accessKey: secret.accessKey ?? '',
      secretKey,
      expiresAt: secret.expiresAt ?? '',
      params: secret.params ?? {},
    })
    return c.json(done(id))
  })

  routes.get('/', (c) => {
    const type = c.req.query('secretType')
    const wanted = secrets.list().filter((secret) => !type || secret.secretType === type)
    return c.json({ secrets: wanted.map(toRecord) } satisfies SecretListResponse)
  })

  routes.delete('/:type/:id', (c) => {
    secrets.delete(c.req.param('type'), c.req.param('id'))
    return c.json(done('deleted'))
  })

  return routes
}

function toRecord({ secretKey: _, ...secret }: StoredSecret): SecretRecord {
  return { ...secret, expiresAt: secret.expiresAt || null }
}
