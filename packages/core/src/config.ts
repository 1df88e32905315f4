/** What a bundler's config needs at once, without loading what only a publish needs. */
export { ByteNiteError } from './errors.js'
export { defineManifest, type ManifestOptions } from './manifest/manifest-options.js'
