export { runArchive, type RunArchiveOptions, type RunArchiveResult } from './develop/run-archive.js'
export { ConfigurationError, type ConfigurationErrorCode } from './server/configuration.js'
export type { RequestLogEntry } from './http/request-log.js'
export type { JobLimits } from './jobs/limits.js'
export type { LocalServer } from './server/listen.js'
export type { ListenOptions, TlsFiles } from './server/listen-options.js'
export type { PlaceOptions } from './server/place.js'
export {
  createLocalPlatform,
  type CloseOptions,
  type LocalPlatform,
  type LocalPlatformOptions,
  type PlatformServer,
} from './server/platform.js'
export { StoreError, type StoreErrorCode } from './store/store-error.js'
