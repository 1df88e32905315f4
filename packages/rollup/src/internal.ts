/** Only for this project's own packages. Not covered by semantic versioning: it may change in any release. */
export { explained, explaining } from './explained-error.js'
export type * from './run-time-files/hooks.js'
export { createRunTimeFiles } from './run-time-files/plugin.js'
export { pluginsForScript } from './run-time-files/script-plugins.js'
