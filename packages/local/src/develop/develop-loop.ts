import { join } from 'node:path'
import { createClient, type Client } from 'bytenite-uploader'
import { tagOf } from 'bytenite-uploader/internal'
import { runPublishingBuild, type PublishingBuildOptions } from './build-command.js'
import type { PlatformConnection } from './develop.js'
import { newestOnly, partsOf, PASSTHROUGH, readPublished, type PublishedContent, type PublishedParts } from './published-parts.js'
import { PublishWatch } from './publish-watch.js'
import { createLocalPlatform, type PlatformServer } from '../server/platform.js'
import { withScratchDirectory } from '../task/scratch-directory.js'

/** What is done with what a watcher publishes. */
export interface LoopHost {
  /** Called when what was published makes no job, or not yet. */
  notRunnable(reason: string): void
  /**
   * Runs what was published last. Never rejects.
   * @param superseded aborts as soon as something newer is published
   */
  run(parts: PublishedParts, superseded: AbortSignal): Promise<void>
}

/** Where everything is published and run. */
export interface LoopPlatform {
  server: PlatformServer
  connection: PlatformConnection
  /** Ends the loop. */
  signal: AbortSignal
}

/**
 * Has a watcher build a project, and runs each version that it publishes to a temporary platform. The platform and its data are removed
 * at the end. Resolves when the build command has ended without a failure, and what it published last was run.
 * @throws the signal's reason; {@link Error} for a build command that fails, or has published nothing
 */
export async function developInLoop(
  { command, signal, onLine, env }: Pick<PublishingBuildOptions, 'command' | 'signal' | 'onLine' | 'env'>,
  createHost: (platform: LoopPlatform) => LoopHost,
): Promise<void> {
  await withScratchDirectory(async (directory) => {
    const watch = new PublishWatch()
    const platform = createLocalPlatform({ directory: join(directory, 'platform'), onRequest: (entry) => watch.note(entry) })
    try {
      const server = await platform.listen()
      const { apiUrl } = server
      const { apiKey } = platform
      const connection = { apiUrl, credentials: { apiKey } }
      await together(
        signal,
        async (both) => {
          await runPublishingBuild({ command, signal: both, directory, onLine, env, platform: { apiUrl, apiKey }, anyOrder: true })
          watch.end()
        },
        async (both) => {
          const client = createClient({ ...connection, signal: both })
          if (!(await runEach(client, watch, both, createHost({ server, connection, signal: both }))))
            throw notRun(await readPublished(client))
        },
      )
    } finally {
      await platform.close()
    }
  })
}

/** Runs two things until both have ended. When one fails, the other is stopped. @throws the first error, or the signal's reason */
async function together(signal: AbortSignal, ...works: ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  await Promise.all(
    works.map(async (work) => {
      await work(both).catch((error: unknown) => stop.abort(error))
    }),
  )
  both.throwIfAborted()
}

/**
 * Milliseconds without another publish, after which what is there is run: an app and its engines come one after the other. A part that comes
 * later still makes it run again.
 */
const QUIET = 200

/** @returns whether anything was run */
async function runEach(client: Client, watch: PublishWatch, signal: AbortSignal, host: LoopHost): Promise<boolean> {
  let last: { version: string; superseded: AbortController; ended: Promise<void> } | undefined
  let quiet = QUIET
  try {
    while (await watch.next(quiet, signal)) {
      const content = newestOnly(await readPublished(client))
      const version = versionOf(content)
      if (version === last?.version) continue
      const parts = findParts(content, host)
      if (parts === undefined) continue
      last?.superseded.abort()
      await last?.ended
      const superseded = new AbortController()
      last = { version, superseded, ended: host.run(parts, superseded.signal) }
      // An app comes with its template.
      quiet = content.engines.length > 0 ? QUIET : 0
    }
  } finally {
    await last?.ended
  }
  return last !== undefined
}

/** Why a build that has ended was in vain. */
function notRun(content: PublishedContent): Error {
  partsOf(content)
  return new Error(`The build has ended, and has not published ${missingPart(content) ?? 'a job'}.`)
}

function findParts(content: PublishedContent, host: LoopHost): PublishedParts | undefined {
  try {
    const missing = missingPart(content)
    if (missing === undefined) return partsOf(content)
    host.notRunnable(`Waiting for ${missing}.`)
  } catch (error) {
    host.notRunnable((error as Error).message)
  }
  return undefined
}

/** What a job needs besides what was published already: an app, and the engines that a template names. */
function missingPart({ apps, engines, templates }: PublishedContent): string | undefined {
  if (apps.length === 0) return `an app, to run with ${engines.map(tagOf).join(' and ')}`
  const names = new Set([PASSTHROUGH, ...engines.map(({ name }) => name)])
  const needed = templates.flatMap(({ partitioner, assembler }) => [partitioner, assembler])
  const missing = needed.find((tag) => !names.has(tag.replace(/@.*$/, '')))
  return missing === undefined ? undefined : `the engine ${missing}, which the job template needs`
}

/** Is another one as soon as anything is that a job may run. */
function versionOf({ apps, engines, templates }: PublishedContent): string {
  return JSON.stringify([[...apps, ...engines].map((record) => [tagOf(record), record.revision, record.hash]), templates])
}
