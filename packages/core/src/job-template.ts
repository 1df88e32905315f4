import { isDeepStrictEqual } from 'node:util'
import { ifFound } from './client/if-found.js'
import type { TemplatesApi } from './client/templates-api.js'
import { ByteNiteError, isByteNiteError } from './errors.js'
import type { Manifest } from './manifest.js'
import type { TemplateOptions } from './options.js'
import type { JobTemplate } from './wire.js'

/** A job template that the platform has. */
export interface SavedTemplate {
  template: JobTemplate
  /** What had to be done for it. */
  change: 'created' | 'updated' | 'unchanged'
}

/**
 * Fills in what a template leaves out.
 * @throws {ByteNiteError} `INVALID_OPTION` for an engine's template that does not say which app it is for
 */
export function createTemplate(options: TemplateOptions, { file, tag, kind }: Manifest): JobTemplate {
  if (kind === 'engines' && options.app === undefined) {
    throw new ByteNiteError('INVALID_OPTION', `The option "template" does not say for which app it is: ${tag} is an engine.`, {
      hint: 'Set template.app to the tag of an app, or give the template to the project of the app.',
    })
  }
  return { id: `${file.name}-template`, app: tag, partitioner: 'passthrough', assembler: 'passthrough', ...options }
}

/**
 * Creates a job template, or updates it if the platform's differs.
 * @param tag what is published, for messages
 * @throws {ByteNiteError} `TEMPLATE_NOT_SAVED`
 */
export async function saveTemplate(api: TemplatesApi, template: JobTemplate, tag: string): Promise<SavedTemplate> {
  try {
    const existing = await ifFound(api.get(template.id))
    // The platform may fill in more than it was given.
    if (existing !== undefined && isDeepStrictEqual({ ...existing, ...template }, existing)) {
      return { template: existing, change: 'unchanged' }
    }
    return { template: await api.save(template), change: existing === undefined ? 'created' : 'updated' }
  } catch (error) {
    if (!isByteNiteError(error)) throw error
    const [reason = ''] = error.message.split('\n')
    throw new ByteNiteError('TEMPLATE_NOT_SAVED', `${tag} is published, but the job template ${template.id} is not: ${reason}`, {
      hint: error.hint,
      status: error.status,
      requestId: error.requestId,
      cause: error,
    })
  }
}
