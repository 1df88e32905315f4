/** What only this project's own packages need. No promise holds for it: it may change with every release. */
export { resolveConnection, type Connection, type ConnectionOptions } from './connection/connection.js'
export { checkOwnFiles, packResolved } from './pack.js'
export { publishResolved } from './publish.js'
export { removeRecord } from './record/record.js'
export { formatBytes } from './utils/format.js'
