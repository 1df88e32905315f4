export { createArchive, hashArchive, type Archive } from './archive.js'
export { createClient, type Client, type ClientOptions, type Uploaded, type UploadOptions } from './client.js'
export { ByteNiteError, isByteNiteError, type ByteNiteErrorCode, type ByteNiteErrorOptions } from './errors.js'
export { selectFiles, type SelectedFile } from './files.js'
export { createManifest, type Manifest } from './manifest.js'
export type { ManifestOptions } from './manifest-options.js'
export {
  resolveOptions,
  type ArchiveHash,
  type Credentials,
  type PackOptions,
  type PackSummary,
  type PublishOptions,
  type ResolvedOptions,
} from './options.js'
export { pack, type Packed } from './pack.js'
export { publish, type Published } from './publish.js'
export { removeRecord, writeRecord } from './record.js'
