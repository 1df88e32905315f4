import { isDeepStrictEqual } from 'node:util'
import { orUndefinedIf404 } from '../client/api/or-undefined-if-404.js'
import type { TemplatesApi } from '../client/api/templates-api.js'
import { ByteNiteError, isByteNiteError } from '../errors.js'
import type { JobTemplate } from '../wire.js'

/** A job template on the platform. */
export interface SavedTemplate {
  template: JobTemplate
  /** What saving it changed. */
  change: 'created' | 'updated' | 'unchanged'
}

/**
 * Ensures, after an upload, that the platform has the archive's job template, and saves it if necessary.
 * @param before the platform's template of this id before the upload
 * @param tag tag of the published app, for messages
 * @throws {ByteNiteError} `TEMPLATE_NOT_SAVED`
 */
export async function saveTemplate(
  api: TemplatesApi,
  template: JobTemplate,
  before: JobTemplate | undefined,
  tag: string,
): Promise<SavedTemplate> {
  try {
    const existing = await orUndefinedIf404(api.get(template.id))
    const saved = existing !== undefined && agrees(existing, template) ? existing : await api.save(template)
    return { template: saved, change: before === undefined ? 'created' : agrees(before, template) ? 'unchanged' : 'updated' }
  } catch (error) {
    if (!isByteNiteError(error)) throw error
    const [reason = ''] = error.message.split('\n')
    throw new ByteNiteError(
      'TEMPLATE_NOT_SAVED',
      `${tag} is published, but its job template ${template.id} could not be saved: ${reason}`,
      {
        hint: error.hint,
        status: error.status,
        requestId: error.requestId,
        cause: error,
      },
    )
  }
}

/** Compares only the fields of `template`, because the platform may add others. */
function agrees(existing: JobTemplate, template: JobTemplate): boolean {
  return isDeepStrictEqual({ ...existing, ...template }, existing)
}
