export { createArchive, hashArchive, type Archive, type ArchiveOptions, type ReadOptions } from './archive/archive.js'
export type { ArchiveHash } from './archive/hash.js'
export type { Entry, Inspect } from './archive/reader.js'
export type { CheckCode, CheckLevel, CheckOptions } from './checks/codes.js'
export type { SourceModule } from './checks/environment-reads.js'
export type { CheckInput } from './checks/run-checks.js'
export type { DownloadOptions, DownloadResult } from './client/api/download.js'
export type { SourceUploadOptions } from './client/api/job-files.js'
export type { EventOptions, JobListOptions, JobsApi, TaskListOptions } from './client/api/jobs-api.js'
export type { ListOptions } from './client/api/pages.js'
export type { Progress } from './client/api/progress.js'
export type { PublishedApi, UploadOptions, UploadResult } from './client/api/published-api.js'
export type { TemplatesApi } from './client/api/templates-api.js'
export { createClient, type Client, type ClientOptions } from './client/client.js'
export type { ArchiveDifference, ArchiveFacts } from './compare/archive-difference.js'
export type { Connection, ConnectionOptions } from './connection/connection.js'
export type { FieldChange } from './contents/compare-fields.js'
export type { FileChange } from './contents/compare-files.js'
export type { LineCount } from './contents/count-lines.js'
export type { Credentials, Environment } from './connection/credentials.js'
export type { Limits, RequestOptions, TimeoutOptions, Timeouts } from './connection/request-options.js'
export { ByteNiteError, isByteNiteError, type ByteNiteErrorCode, type ByteNiteErrorOptions } from './errors.js'
export type { FieldName, FieldValue, ManifestSource } from './manifest/fields.js'
export type { PlannedTemplate, TemplateInput, TemplateOptions } from './manifest/job-template.js'
export { createManifest, type Manifest, type ManifestInput } from './manifest/manifest.js'
export { defineManifest, type ManifestOptions } from './manifest/manifest-options.js'
export type { SchemaInput } from './manifest/parameter-schema.js'
export type { ProjectInput } from './manifest/project.js'
export type {
  PackOptions,
  PackSummary,
  PublishOptions,
  PublishOutputOptions,
  PublishPolicy,
  PublishSetting,
  ResolvedOptions,
  SmokeEvent,
  SmokeOptions,
} from './options.js'
export { resolveOptions } from './resolve-options.js'
export { selectFiles, type Selection, type SelectionInput } from './output/select-files.js'
export type { FileIdentity, SelectedFile } from './output/selected-file.js'
export type { SizeLimits } from './output/size-limits.js'
export { pack, type PackResult } from './pack.js'
export { publish, type PublishResult } from './publish.js'
export { publishOutput } from './publish-output.js'
export type { SavedTemplate } from './publish/save-template.js'
export type { ProtectedFiles } from './record/guard.js'
export type { RecordPlace } from './record/place.js'
export { writeRecord } from './record/record.js'
export type { Logger } from './utils/logger.js'
export type { Secret } from './utils/secret.js'
export type {
  AppRecord,
  DataSource,
  DeviceRequirements,
  EngineRecord,
  GenericResponse,
  JobTemplate,
  JsonSchema,
  ManifestFile,
  PlatformConfig,
} from './wire.js'
export type {
  JobConfig,
  JobEventMessage,
  JobFilter,
  JobLogQuery,
  JobParams,
  JobRecord,
  JobRequest,
  JobResult,
  JobState,
  LogLine,
  LogRequest,
  LogResponse,
  TaskRecord,
  TaskResponse,
  TaskState,
} from './wire-jobs.js'
