export { createLocalPlatform, type LocalPlatform, type LocalPlatformOptions, type LocalServer } from './platform.js'
export { runTask, type RunTaskOptions, type TaskResult } from './task.js'
