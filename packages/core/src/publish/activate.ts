import type { ArchiveHash } from '../archive/hash.js'
import type { PublishedApi } from '../client/api/published-api.js'
import { matchesHash } from '../client/api/record-check.js'
import { ByteNiteError, isByteNiteError } from '../errors.js'
import { fieldText } from '../record/facts.js'
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
  { timeout, signal }: { timeout: Timeouts; signal: AbortSignal | undefined },
): Promise<Item> {
  if (isActive(published)) return published
  const tag = `${published.name}@${published.version}`
  const end = performance.now() + timeout.total
  try {
    await api.activate(tag)
    for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 2, MAX_DELAY)) {
      const record = await api.get(tag)
      if (matchesHash(record, hash) === false) throw notActivated(tag, 'a different archive has replaced it in the meantime.')
      if (isActive(record)) return record
      const left = end - performance.now()
      if (left <= 0) {
        throw notActivated(tag, `its status is still "${fieldText(record.status)}" after ${formatSeconds(timeout.total)}.`)
      }
      await sleep(Math.min(delay, left), signal)
    }
  } catch (error) {
    if (!isByteNiteError(error) || error.code === 'NOT_ACTIVATED') throw error
    throw notActivated(tag, error.message.split('\n')[0] ?? '', error)
  }
}

function isActive({ status }: AppRecord): boolean {
  return status?.toLowerCase() === 'active'
}

function notActivated(tag: string, reason: string, cause?: ByteNiteError): ByteNiteError {
  return new ByteNiteError('NOT_ACTIVATED', `${tag} is published, but could not be activated: ${reason}`, {
    hint: cause?.hint ?? 'Publish again: the archive is not re-sent, only the activation is retried.',
    status: cause?.status,
    requestId: cause?.requestId,
    cause,
  })
}
