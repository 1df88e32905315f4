export { createLocalPlatform, type LocalPlatform, type LocalPlatformOptions, type LocalServer } from './server/platform.js'
export { StoreError, type StoreErrorCode } from './server/store/store-error.js'
export { runTask, type RunTaskOptions, type TaskResult } from './task/run-task.js'
