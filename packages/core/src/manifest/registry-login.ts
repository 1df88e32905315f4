import { Secret } from '../utils/secret.js'
import type { FieldName, ManifestSource } from './fields.js'
import type { ManifestOptions } from './manifest-options.js'

type LoginField = Extract<FieldName, 'platformConfig.username' | 'platformConfig.token'>

/** A private registry's login comes from the environment or an option, because it should not be in a file of the project. */
export const LOGIN_VARIABLES: { readonly [Name in LoginField]: string } = {
  'platformConfig.username': 'BYTENITE_REGISTRY_USERNAME',
  'platformConfig.token': 'BYTENITE_REGISTRY_TOKEN',
}

export function isLogin(field: FieldName): field is LoginField {
  return field in LOGIN_VARIABLES
}

/**
 * Reads the login of a private registry from the options, or else from the environment. An empty variable counts as unset.
 * The token stays a {@link Secret} until the archive's manifest is written.
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

/** Removes the token from the option `manifest`, because {@link readLogin} returns it. */
export function withoutToken(manifest: ManifestOptions = {}): ManifestOptions {
  if (manifest.platformConfig === undefined) return manifest
  const { token: _, ...platformConfig } = manifest.platformConfig
  return { ...manifest, platformConfig }
}
