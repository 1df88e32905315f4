/** Only for this project's own packages. Not covered by semantic versioning: it may change in any release. */
export { resolveConnection, type Connection, type ConnectionOptions } from './connection/connection.js'
export { checkOwnFiles, packResolved } from './pack.js'
export { publishResolved } from './publish.js'
export { factsOf, fieldText } from './record/facts.js'
export { removeRecord } from './record/record.js'
export { formatBytes } from './utils/format.js'
