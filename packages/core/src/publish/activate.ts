import type { ArchiveHash } from '../archive/hash.js'
import type { PublishedApi } from '../client/api/published-api.js'
import { matchesHash } from '../client/api/record-check.js'
import { ByteNiteError, isByteNiteError } from '../errors.js'
import { fieldText, tagOf } from '../record/facts.js'
import { formatSeconds } from '../utils/format.js'
import type { Timeouts } from '../connection/request-options.js'
import { sleep } from '../utils/sleep.js'
import type { AppRecord } from '../wire.js'

/** Milliseconds before the status is checked again. Doubles each time. */
const FIRST_DELAY = 100
const MAX_DELAY = 5_000

/**
 * Activates the published app, unless it is active already, and waits until it is.
 * @returns the record of the active app
 * @throws {ByteNiteError} `NOT_ACTIVATED`
 */
export async function activate<Item extends AppRecord>(
  api: PublishedApi<Item>,
  published: Item,
  hash: ArchiveHash,
  waiting: Waiting,
): Promise<Item> {
  const isReplaced = (record: Item): boolean => matchesHash(record, hash) === false
  const failure = (reason: string, cause?: ByteNiteError): ByteNiteError =>
    notChanged(`${tagOf(published)} is published, but could not be activated: ${reason}`, cause, PUBLISH_AGAIN)
  return change(api, published, 'active', waiting, failure, isReplaced)
}

/** The platform's terms. */
export type Status = 'active' | 'inactive'

/**
 * Activates or deactivates what is published, unless that is so already, and waits until it is.
 * @returns the record as it is then; `record` itself if nothing was to be changed
 * @throws {ByteNiteError} `NOT_ACTIVATED`, and the errors of a request
 */
export async function changeStatus<Item extends AppRecord>(
  api: PublishedApi<Item>,
  record: Item,
  wanted: Status,
  waiting: Waiting,
): Promise<Item> {
  return change(api, record, wanted, waiting, (reason, cause) => {
    if (cause !== undefined) return cause
    return notChanged(`${tagOf(record)} could not be made ${wanted}: ${reason}`, undefined, 'Try it again.')
  })
}

interface Waiting {
  timeout: Timeouts
  signal: AbortSignal | undefined
}

const PUBLISH_AGAIN = 'Publish again: the archive is not re-sent, only the activation is retried.'

async function change<Item extends AppRecord>(
  api: PublishedApi<Item>,
  before: Item,
  wanted: Status,
  { timeout, signal }: Waiting,
  failure: (reason: string, cause?: ByteNiteError) => ByteNiteError,
  isReplaced: (record: Item) => boolean = () => false,
): Promise<Item> {
  if (hasStatus(before, wanted)) return before
  const tag = tagOf(before)
  const end = performance.now() + timeout.total
  try {
    await (wanted === 'active' ? api.activate(tag) : api.deactivate(tag))
    for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 2, MAX_DELAY)) {
      const record = await api.get(tag)
      if (isReplaced(record)) throw failure('a different archive has replaced it in the meantime.')
      if (hasStatus(record, wanted)) return record
      const left = end - performance.now()
      if (left <= 0) throw failure(`its status is still "${fieldText(record.status)}" after ${formatSeconds(timeout.total)}.`)
      await sleep(Math.min(delay, left), signal)
    }
  } catch (error) {
    if (!isByteNiteError(error) || error.code === 'NOT_ACTIVATED') throw error
    throw failure(error.message.split('\n')[0] ?? '', error)
  }
}

/** Whether the platform says so, in upper or lower case. */
export function hasStatus({ status }: AppRecord, wanted: Status): boolean {
  return status?.toLowerCase() === wanted
}

function notChanged(summary: string, cause: ByteNiteError | undefined, hint: string): ByteNiteError {
  return new ByteNiteError('NOT_ACTIVATED', summary, {
    hint: cause?.hint ?? hint,
    status: cause?.status,
    requestId: cause?.requestId,
    cause,
  })
}
