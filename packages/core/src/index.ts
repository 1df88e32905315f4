export { createArchive, hashArchive, type Archive, type ArchiveOptions } from './archive/archive.js'
export type { ArchiveHash } from './archive/hash.js'
export type { CheckCode, CheckLevel, CheckOptions } from './checks/codes.js'
export type { SourceModule } from './checks/environment-reads.js'
export { createClient, type Client, type ClientOptions } from './client/client.js'
export type { DownloadResult } from './client/api/download.js'
export type { RequestOptions, TimeoutOptions } from './client/request-options.js'
export type { ListOptions } from './client/api/pages.js'
export type { UploadResult, UploadOptions } from './client/api/published-api.js'
export { missingCredentials, type Credentials } from './client/auth/credentials.js'
export { ByteNiteError, isByteNiteError, type ByteNiteErrorCode, type ByteNiteErrorOptions } from './errors.js'
export type { Entry, Inspect } from './archive/reader.js'
export { selectFiles, type SelectedFile, type Selection } from './output/select-files.js'
export { formatBytes } from './utils/format.js'
export type { PlannedTemplate, SavedTemplate } from './manifest/job-template.js'
export { createManifest, type Manifest } from './manifest/manifest.js'
export { defineManifest, type ManifestOptions } from './manifest/manifest-options.js'
export {
  resolveOptions,
  type PackOptions,
  type PackSummary,
  type PublishOptions,
  type ResolvedOptions,
  type TemplateOptions,
} from './options.js'
export { pack, type PackResult } from './pack.js'
export type { JsonSchema } from './wire.js'
export type { Progress } from './client/api/progress.js'
export { publish, type PublishResult } from './publish.js'
export { removeRecord, writeRecord } from './record/record.js'
