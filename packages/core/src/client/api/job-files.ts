import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { ByteNiteError } from '../../errors.js'
import { fieldText } from '../../record/facts.js'
import { writeFileAtomically } from '../../utils/atomic-write.js'
import type { JobRecord, JobResult } from '../../wire-jobs.js'
import type { Transport } from '../transport.js'
import { checkLink } from './links.js'
import { createMeter, type Progress } from './progress.js'

export interface SourceUploadOptions {
  /** What the partitioner finds the file as. @default the file's own name */
  name?: string | undefined
  /** Called with the upload's progress, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * Sends a file to where a job wants it.
 * @throws {ByteNiteError} `INVALID_OPTION` for a job that takes no file, `UNREADABLE_FILE`, `FILE_CHANGED`, and the errors of a request
 */
export async function uploadSource(transport: Transport, job: JobRecord, file: string, options: SourceUploadOptions): Promise<void> {
  const { name = basename(resolve(file)), onProgress = () => {} } = options
  const url = uploadUrl(job)
  const { size } = await readable(file, stat(file))
  const open = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    const count = createMeter(size, onProgress)
    count(0)
    let sent = 0
    const content = createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>
    // Each chunk is kept until it is known whether it is the last one: after that, a platform may respond before a file's end is found.
    let kept: Buffer | undefined
    for await (const chunk of rethrow(content, file)) {
      sent += chunk.length
      if (sent > size) throw changed(file)
      if (kept !== undefined) {
        yield kept
        count(kept.length)
      }
      kept = chunk
    }
    if (sent < size) throw changed(file)
    if (kept !== undefined) {
      yield kept
      count(kept.length)
    }
  }
  await transport.upload(
    url,
    { size, open },
    {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    },
  )
}

function uploadUrl({ id, state, dataSource }: JobRecord): URL {
  const link = dataSource?.params?.['tempUrl']
  if (dataSource?.dataSourceDescriptor === 'file' && link !== undefined) return checkLink(link, `the file of job ${fieldText(id)}`)
  const reason =
    dataSource?.dataSourceDescriptor === 'file'
      ? `is in the state ${fieldText(state)}`
      : `has the data source "${fieldText(dataSource?.dataSourceDescriptor ?? 'none')}"`
  throw new ByteNiteError('INVALID_OPTION', `Job ${fieldText(id)} takes no file: it ${reason}.`, {
    hint: 'Create the job with the data source "file", and upload before it runs.',
  })
}

/** Downloads a result to a file, which appears only once it is complete. @returns its size in bytes */
export async function downloadResult(transport: Transport, { name, link }: JobResult, file: string): Promise<number> {
  const url = checkLink(link, `the result ${fieldText(name)}`)
  return transport.download(url, async (chunks) => {
    let size = 0
    async function* counted(): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        size += chunk.length
        yield chunk
      }
    }
    try {
      await writeFileAtomically(file, counted())
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error
      throw new ByteNiteError('RESULT_NOT_WRITTEN', `Could not write the result ${fieldText(name)} to ${file}: ${error.message}`, {
        hint: 'Make that path writable, or choose another one.',
        cause: error,
      })
    }
    return size
  })
}

async function* rethrow(chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await readable(file, iterator.next())
      if (done) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

async function readable<Value>(file: string, reading: Promise<Value>): Promise<Value> {
  return reading.catch((error: NodeJS.ErrnoException) => {
    throw new ByteNiteError('UNREADABLE_FILE', `Could not read ${file}: ${error.message}`, { cause: error })
  })
}

function changed(file: string): ByteNiteError {
  return new ByteNiteError('FILE_CHANGED', `${file} changed while it was being uploaded, so the upload was stopped.`, {
    hint: 'Let whatever writes to it finish, then upload it again.',
  })
}
