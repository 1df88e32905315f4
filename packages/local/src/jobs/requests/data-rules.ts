import type { DataSource } from 'bytenite-uploader/wire'
import { Refusal } from '../../refusal.js'
import type { Login } from '../kept/stored-job.js'

const SOURCES = ['bypass', 'url', 'file'] as const
const DESTINATIONS = ['bucket', 'bypass'] as const

/** What a job does without a destination. */
export const DEFAULT_DESTINATION: DataSource = { dataSourceDescriptor: 'bucket' }

/** A source as it may be shown, and what may not. */
export interface CheckedSource {
  source: DataSource
  login: Login | undefined
}

/** @throws {Refusal} 400 for a source that this platform does not have, or whose parameters are not complete */
export function checkSource(source: DataSource): CheckedSource {
  checkDescriptor('dataSource', source, SOURCES)
  return source.dataSourceDescriptor === 'url' ? splitLogin(source) : { source, login: undefined }
}

/** @throws {Refusal} 400 for a destination that this platform does not have */
export function checkDestination(destination: DataSource): DataSource {
  checkDescriptor('dataDestination', destination, DESTINATIONS)
  return destination
}

function checkDescriptor(field: string, { dataSourceDescriptor: descriptor }: DataSource, known: readonly string[]): void {
  if (known.includes(descriptor)) return
  throw new Refusal(
    400,
    `${field}: this platform has no "${descriptor}"; it runs on its own machine, without cloud storage. Use ${known.join(', ')}`,
  )
}

/** A name and a password, in the parameters or in the address, are set apart, so that no answer contains them. */
function splitLogin({ params = {}, ...source }: DataSource): CheckedSource {
  const { url: text, username: givenName, password: givenPassword, ...others } = params
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Refusal(400, 'dataSource.params.url: must be an address that starts with http:// or https://')
  }
  const username = textOf(givenName) ?? decodeURIComponent(url.username)
  const password = textOf(givenPassword) ?? decodeURIComponent(url.password)
  url.username = ''
  url.password = ''
  return {
    source: { ...source, params: { ...others, url: url.href, ...(username !== '' && { username }) } },
    login: username === '' && password === '' ? undefined : { username, password },
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
