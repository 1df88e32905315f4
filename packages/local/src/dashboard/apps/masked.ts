/** Fields whose values are secret, in manifests and records. */
const SECRET = /^(?:token|password|secret|secret_?key|api_?key|access_?token)$/i

const MASK = '••••••'

/** A value as a page may show it: without the token of a registry. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET.test(name) && typeof inner === 'string' && inner !== '' ? MASK : masked(inner),
    ]),
  )
}
