/** Only for this project's own packages. Not covered by semantic versioning: it may change in any release. */
export { resolveConnection, type Connection, type ConnectionOptions } from './connection/connection.js'
export { messageOf, withDocs } from './errors.js'
export { attemptPublish, publishByPolicy, type FinishingHost, type PublishContext } from './publish-output.js'
export { fieldText, tagOf } from './record/facts.js'
export { errorText } from './report/error-text.js'
export { formatDuration } from './report/format-duration.js'
export { plainJson } from './utils/plain-json.js'
export { formatBytes } from './utils/format.js'
export {
  currentOrigin,
  currentProcess,
  identifyProcess,
  isRunning,
  isSameOrigin,
  type ProcessIdentity,
  type ProcessOrigin,
} from './utils/process-identity.js'
