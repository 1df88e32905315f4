import { Secret } from '../utils/secret.js'
import type { FieldName, ManifestSource } from './fields.js'
import type { ManifestOptions } from './manifest-options.js'

type LoginField = Extract<FieldName, 'platformConfig.username' | 'platformConfig.token'>

/** A private registry's login is read from the environment or an option, because no file of the project should hold it. */
export const LOGIN_VARIABLES: { readonly [Name in LoginField]: string } = {
  'platformConfig.username': 'BYTENITE_REGISTRY_USERNAME',
  'platformConfig.token': 'BYTENITE_REGISTRY_TOKEN',
}

export function isLogin(field: FieldName): field is LoginField {
  return field in LOGIN_VARIABLES
}

/**
 * The login of a private registry: the option, else the environment, where an empty variable counts as absent. The token
 * stays a {@link Secret} until the archive's manifest is written.
 */
export function readLogin(manifest: ManifestOptions | undefined, env: Readonly<Record<string, string | undefined>>): ManifestSource {
  const login: ManifestSource = new Map()
  const { platformConfig = {} } = manifest ?? {}
  for (const [field, variable] of Object.entries(LOGIN_VARIABLES) as [LoginField, string][]) {
    const option: unknown = platformConfig[field === 'platformConfig.token' ? 'token' : 'username']
    const value = option === undefined ? env[variable] || undefined : option
    if (value === undefined) continue
    const origin = option === undefined ? variable : `the option "manifest.${field}"`
    login.set(field, { value: field === 'platformConfig.token' ? new Secret(value) : value, origin })
  }
  return login
}

/** The option `manifest` without the token, which {@link readLogin} has. */
export function withoutToken(manifest: ManifestOptions = {}): ManifestOptions {
  if (manifest.platformConfig === undefined) return manifest
  const { token: _, ...platformConfig } = manifest.platformConfig
  return { ...manifest, platformConfig }
}
