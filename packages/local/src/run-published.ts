import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { pipeline } from 'node:stream/promises'
import { createClient, type ClientOptions } from 'bytenite-uploader'
import { runTask, type RunTaskOptions, type TaskResult } from './task.js'

export interface RunPublishedOptions extends Omit<RunTaskOptions, 'archive' | 'entrypoint'>, ClientOptions {
  /** Tag of the app. */
  tag: string
  /** Told what is going to run. */
  onStart?: (tag: string, entrypoint: string) => void
}

/** Fetches a published app from a platform, makes sure that it is what was published, and runs one task of it. */
export async function runPublished({ tag, onStart, apiUrl, credentials, ...task }: RunPublishedOptions): Promise<TaskResult> {
  const client = createClient({ apiUrl, credentials })
  const { name, version, entrypoint = '', hash } = await client.getApp(tag)
  const directory = await mkdtemp(join(tmpdir(), 'bytenite-download-'))
  try {
    const archive = join(directory, 'app.tar')
    const downloaded = await download(await client.getAppDownloadLink(`${name}@${version}`), archive, task.signal)
    if (downloaded !== hash) throw new Error(`The downloaded archive of ${tag} has the SHA-256 ${downloaded}; the platform's record says ${hash}.`)
    onStart?.(`${name}@${version}`, entrypoint)
    return await runTask({ ...task, archive, entrypoint })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** @returns the SHA-256 of what was downloaded, in base64 */
async function download(link: string, file: string, signal: AbortSignal | undefined): Promise<string> {
  const response = await fetch(link, signal ? { signal } : {})
  if (!response.ok || response.body === null) throw new Error(`The archive could not be downloaded: ${response.status}.`)
  const hash = createHash('sha256')
  await pipeline(
    Readable.fromWeb(response.body as ReadableStream),
    async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        hash.update(chunk)
        yield chunk
      }
    },
    createWriteStream(file),
  )
  return hash.digest('base64')
}
