import type { InfoResponse } from 'bytenite-uploader/wire-jobs'
import { readVersion } from '../utils/version.js'

/** What a service says of itself. */
export function serviceInfo(): InfoResponse & { name: string } {
  const version = readVersion()
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return { name: 'bytenite-local', version: { major, minor, tag: version }, messages: [] }
}
