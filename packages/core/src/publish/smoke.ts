import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ByteNiteError } from '../errors.js'
import type { ResolvedOptions, SmokeOptions } from '../options.js'
import type { Layout } from '../pack.js'
import type { Archive } from '../archive/archive.js'

/** What `bytenite-local` is asked for. */
interface TrialOptions extends SmokeOptions {
  tag: string
  archive: Archive
  signal: AbortSignal | undefined
}

/** How it went. */
interface TrialResult {
  /** Why it failed, as a sentence; `undefined` if it succeeded. */
  failure: string | undefined
  /** The last lines that the app has printed. */
  log: readonly string[]
}

/** The part of `bytenite-local` that runs an archive. */
interface Runner {
  runArchive(options: TrialOptions): Promise<TrialResult>
}

/**
 * Runs an archive once on this machine, if the option `smoke` is set.
 * @throws {ByteNiteError} `SMOKE_FAILED`; `INVALID_OPTION` if it cannot be run here
 */
export async function smokeTest(
  { tag, archive, manifest }: Layout,
  { smoke, projectRoot, root, signal, onSmoke }: ResolvedOptions,
): Promise<void> {
  if (smoke === undefined) return
  if (manifest.kind === 'engines') {
    throw new ByteNiteError('INVALID_OPTION', `The option "smoke" runs an app, and ${tag} is an engine. Nothing was sent.`, {
      hint: 'Remove the option here, and set it for an app that uses the engine.',
    })
  }
  const { runArchive } = await loadRunner([projectRoot, root])
  const start = performance.now()
  onSmoke({ state: 'started' })
  const { failure, log } = await runArchive({ ...smoke, tag, archive, signal })
  if (failure === undefined) return onSmoke({ state: 'succeeded', milliseconds: performance.now() - start })
  throw new ByteNiteError('SMOKE_FAILED', `The trial run of ${tag} failed, so nothing was sent: ${failure}`, {
    details: log.length === 0 ? ['It printed nothing.'] : ['It ended with:', ...log.map((line) => `  ${line}`)],
    hint: 'Mend the app, or change the option "smoke".',
  })
}

/** The project's own, else the one beside this package. */
async function loadRunner(directories: readonly string[]): Promise<Runner> {
  const from = [...directories.map((directory) => join(directory, 'package.json')), import.meta.url]
  for (const place of from) {
    const file = find(place)
    if (file === undefined) continue
    const module = (await import(pathToFileURL(file).href)) as Partial<Runner>
    if (module.runArchive !== undefined) return module as Runner
    throw missing(`the one in ${file} is too old for that`)
  }
  throw missing('it is not installed')
}

function find(place: string): string | undefined {
  try {
    return createRequire(place).resolve('bytenite-local')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function missing(reason: string): ByteNiteError {
  return new ByteNiteError('INVALID_OPTION', `The option "smoke" needs the package bytenite-local, but ${reason}. Nothing was sent.`, {
    hint: 'Install it: npm install --save-dev bytenite-local',
  })
}
