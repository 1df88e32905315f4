/** Only for this project's own packages. Not covered by semantic versioning: it may change in any release. */
export { readAhead } from './modules/read-file.js'
