/** Everything that a bundler config needs, without loading the code that only publishing needs. */
export { ByteNiteError } from './errors.js'
export { defineManifest, type ManifestOptions } from './manifest/manifest-options.js'
