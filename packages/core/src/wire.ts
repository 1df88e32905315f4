/**
 * The data exchanged between a client and the platform. Contains only types, no rules: a client and a server that share
 * this module may disagree about what is valid, but not about names.
 *
 * 64-bit integers are JSON strings. Any record may have fields that are not listed here.
 */

/** Body of `POST /auth/access_token`. */
export interface AccessTokenRequest {
  apiKey: string
}

/** Response of `POST /auth/access_token`. */
export interface AccessTokenResponse {
  token: string
  /** Lifetime in seconds, an int64. */
  expiresIn: string
  scope?: string
}

/** Response of `POST /auth/login_link`. An addition of `bytenite-local`. */
export interface LoginLinkResponse {
  /** Logs a browser in, once. */
  link: string
  /** Lifetime in seconds, an int64. */
  expiresIn: string
}

/** Body of `POST /dev/apps` and `POST /dev/engines`. */
export interface UploadRequest {
  /** The tar archive in standard base64. */
  data: string
}

export interface PlatformConfig {
  /** Image reference, such as `node:22-slim`. */
  container?: string
  privateImage?: boolean
  username?: string
  /** Access token for a private registry: a secret. */
  token?: string
  /** Names of secrets stored on the platform. */
  secrets?: string[]
}

export interface DeviceRequirements {
  /** vCPUs. */
  minCpu?: number
  /** GB of memory. */
  minMemory?: number
  /** GPU models in order of preference. */
  gpu?: string[]
}

/** The platform's record of an app; `appApp` in its OpenAPI document. */
export interface AppRecord {
  id?: string
  name?: string
  version?: string
  description?: string
  owner?: string
  userName?: string
  /** `active` or `inactive`. */
  status?: string
  isPublic?: boolean
  /** RFC 3339 time. */
  createdAt?: string
  /** RFC 3339 time. */
  updatedAt?: string
  platform?: string
  platformConfig?: PlatformConfig
  deviceRequirements?: DeviceRequirements
  entrypoint?: string
  /** SHA-256 of the uploaded tar, in base64. */
  hash?: string
  link?: string
  /** An int64. */
  revision?: string
}

/**
 * The platform's record of an engine: an app record with the engine's type. The API sends its revision as a number, which
 * the client turns into a string, as that of an app is.
 */
export interface EngineRecord extends AppRecord {
  type?: string
}

/** Part of a list's response. Some versions of the API send its numbers as strings. */
export interface Pagination {
  total?: number | string
  offset?: number | string
  hasPrevious?: boolean
  hasNext?: boolean
}

/** Response of `GET /dev/apps/{appTag}`. */
export interface AppResponse {
  app: AppRecord
}

/** Response of the calls on an engine that do not return its record: to activate it, and for its status and download. */
export interface EngineMessage {
  engineId?: string
  engineTag?: string
  engineData?: string
  /** For a download: a URL that works without credentials until it expires. */
  engineLink?: string
  engineStatus?: string
}

/** Response of `GET /dev/apps`. */
export interface AppListResponse {
  apps: AppRecord[]
  pagination: Pagination
}

/** Response of `GET /dev/engines`. */
export interface EngineListResponse {
  engines: EngineRecord[]
  pagination: Pagination
}

/** Response of calls that do not return a record, and the body of most refusals. */
export interface GenericResponse {
  ok?: boolean
  requestId?: string
  message?: string
  error?: { code?: number | string; message?: string; description?: string } | null
}

/** Body of a refusal by the gateway in front of the API. */
export interface RpcStatus {
  code?: number
  message?: string
  details?: unknown[]
}

/** `manifest.json` in the root of an archive. */
export interface ManifestFile {
  name: string
  /** `MAJOR.MINOR`. */
  version: string
  description?: string
  type?: string
  platform: string
  /** Path of the entrypoint, relative to `app/`. */
  entrypoint: string
  platform_config: {
    container: string
    private_image?: boolean
    username?: string
    token?: string
    secrets?: string[]
  }
  device_requirements: {
    min_cpu: number
    min_memory: number
    gpu?: string[]
  }
}

/** A source or destination of a job's data. */
export interface DataSource {
  dataSourceDescriptor: string
  params?: Record<string, unknown>
}

/** A job template: `template.json` in an archive, and the body and response of `/dev/templates`. */
export interface JobTemplate {
  id: string
  description?: string
  /** Tag of the app. */
  app: string
  /** Tag of the partitioner; `passthrough` is built in. */
  partitioner: string
  /** Tag of the assembler; `passthrough` is built in. */
  assembler: string
  dataSource?: DataSource
  dataDestination?: DataSource
  params?: { partitioner?: unknown; app?: unknown; assembler?: unknown }
  config?: { taskTimeout?: number; jobTimeout?: number; isTestJob?: boolean; maxTaskRetries?: number }
}

/** `schema.json` in an archive: a JSON Schema of the app's parameters. */
export type JsonSchema = boolean | { readonly $schema?: string; readonly [keyword: string]: unknown }

/** Response of `GET /dev/templates`. */
export interface TemplateListResponse {
  templates: JobTemplate[]
  pagination: Pagination
}
