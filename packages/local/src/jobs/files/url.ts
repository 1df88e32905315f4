import { setTimeout as sleep } from 'node:timers/promises'
import { downloadName } from './file-name.js'
import { JobFailure } from '../job-failure.js'
import { showSize } from '../limits.js'
import type { Login } from '../kept/stored-job.js'
import { writeStream } from './write-stream.js'

export interface UrlSource {
  url: string
  /** Instead of the server's name for the file. */
  name: string | undefined
  login: Login | undefined
}

export interface DownloadOptions {
  /** Where to write the file. */
  file: string
  /** Bytes. */
  limit: number
  /** Milliseconds that all of it may take. */
  time: number
  signal: AbortSignal
}

const ATTEMPTS = 3
/** Milliseconds before the next attempt; doubled after each. */
const PAUSE = 500

/** Statuses that may pass. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

class PassingFailure extends JobFailure {}

/**
 * Downloads a source. Redirects are followed to other addresses of http and https, without the login if the host is another one.
 * @returns the file's name
 * @throws {JobFailure} that names the address, and not the login
 */
export async function downloadSource(source: UrlSource, options: DownloadOptions): Promise<string> {
  const time = AbortSignal.timeout(options.time)
  try {
    return await attemptDownload(source, options, AbortSignal.any([options.signal, time]))
  } catch (error) {
    options.signal.throwIfAborted()
    if (time.aborted) throw failed(source, `took longer than its time limit of ${options.time / 1000} s`)
    throw error
  }
}

async function attemptDownload(source: UrlSource, options: DownloadOptions, signal: AbortSignal): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await download(source, options, signal)
    } catch (error) {
      if (!(error instanceof PassingFailure) || attempt === ATTEMPTS) throw error
      await sleep(PAUSE * 2 ** attempt, undefined, { signal })
    }
  }
}

async function download(source: UrlSource, { file, limit }: DownloadOptions, signal: AbortSignal): Promise<string> {
  const { url, login, name } = source
  const lost = (error: unknown): JobFailure => {
    const failure = failed(source, `failed: ${reasonOf(error)}`)
    return isPassing(error) ? new PassingFailure(failure.message) : failure
  }
  const response = await fetch(url, { signal, headers: loginHeaders(login) }).catch((error: unknown) => {
    throw lost(error)
  })
  if (!response.ok) {
    await response.body?.cancel()
    const failure = failed(source, `was answered with status ${response.status}`)
    throw PASSING.has(response.status) ? new PassingFailure(failure.message) : failure
  }
  const tooLarge = (): JobFailure => failed(source, `is larger than the limit of ${showSize(limit)}`)
  const content = (response.body ?? []) as AsyncIterable<Uint8Array>
  await writeStream(file, content, limit, tooLarge).catch((error: NodeJS.ErrnoException) => {
    throw error instanceof JobFailure || error.syscall !== undefined ? error : lost(error)
  })
  return downloadName(name, response.headers, response.url || url)
}

/** Headers for whoever wants a login. */
export function loginHeaders(login: Login | undefined): Record<string, string> {
  return login === undefined ? {} : { authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` }
}

function failed({ url }: UrlSource, what: string): JobFailure {
  return new JobFailure(`The download of the source, ${withoutQuery(url)}, ${what}.`)
}

/** A query may have a signature, which is as good as a password. */
export function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

/** A failure of the network has a code; a redirect that leads nowhere has none. */
function isPassing(error: unknown): boolean {
  return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code !== undefined
}

/** Why a request failed. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
