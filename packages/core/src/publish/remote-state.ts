import { orUndefinedIf404 } from '../client/api/or-undefined-if-404.js'
import type { PublishedApi } from '../client/api/published-api.js'
import type { TemplatesApi } from '../client/api/templates-api.js'
import { readOverride } from '../connection/override.js'
import { ByteNiteError } from '../errors.js'
import { PASSTHROUGH } from '../manifest/job-template.js'
import { tagOf } from '../record/facts.js'
import type { AppRecord, EngineRecord, JobTemplate } from '../wire.js'

/** What the platform has before an upload. */
export interface RemoteState {
  /** The record of the tag; `undefined` if it does not exist. */
  existing: AppRecord | undefined
  /** The job template of the id that is to be saved; `undefined` if it does not exist, or none is to be saved. */
  template: JobTemplate | undefined
}

/** The endpoints that know the remote state. */
export interface RemoteApis {
  published: PublishedApi<AppRecord>
  engines: PublishedApi<EngineRecord>
  templates: TemplatesApi
}

/**
 * Reads what the platform has of an archive's tag and job template.
 * @throws {ByteNiteError} `MISSING_ENGINE`
 */
export async function readRemoteState(
  { published, engines, templates }: RemoteApis,
  tag: string,
  wanted: JobTemplate | undefined,
): Promise<RemoteState> {
  if (wanted !== undefined && !mayComeInAnyOrder()) await requireEngines(engines, wanted)
  const template = wanted && (await orUndefinedIf404(templates.get(wanted.id)))
  const record = await orUndefinedIf404(published.get(tag))
  return { existing: record && tagOf(record) === tag ? record : undefined, template }
}

/** A watcher publishes the parts of a job side by side. Whoever started it for that knows when they are complete. */
function mayComeInAnyOrder(): boolean {
  const override = readOverride()
  return override?.publish === true && override.anyOrder === true
}

/**
 * Fails early: a template that names a missing engine usually means that the parts were published in the wrong order.
 * @throws {ByteNiteError} `MISSING_ENGINE`
 */
async function requireEngines(engines: PublishedApi<EngineRecord>, { id, partitioner, assembler }: JobTemplate): Promise<void> {
  for (const engine of new Set([partitioner, assembler])) {
    if (engine === PASSTHROUGH || (await orUndefinedIf404(engines.get(engine))) !== undefined) continue
    throw new ByteNiteError(
      'MISSING_ENGINE',
      `The job template ${id} needs the engine ${engine}, which the platform does not have. Nothing was uploaded.`,
      {
        hint: "Publish the engine first. In a workspace, add its package to the app's dependencies, so that it is built before the app.",
      },
    )
  }
}
