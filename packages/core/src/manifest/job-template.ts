import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { orUndefinedIf404 } from '../client/api/or-undefined-if-404.js'
import type { TemplatesApi } from '../client/api/templates-api.js'
import { ByteNiteError, isByteNiteError } from '../errors.js'
import { isObject, readJsonOption } from './json-file.js'
import type { Manifest } from './manifest.js'
import { show } from './fields.js'
import type { ResolvedOptions } from '../options.js'
import type { JobTemplate } from '../wire.js'

/** A job template for what is to be published. */
export interface PlannedTemplate {
  template: JobTemplate
  /** Whether somebody wrote it, so that it is worth more than a default. */
  isExplicit: boolean
}

/** A job template that the platform has. */
export interface SavedTemplate {
  template: JobTemplate
  /** What had to be done for it. */
  change: 'created' | 'updated' | 'unchanged'
}

/** Built into the platform. */
const PASSTHROUGH = 'passthrough'

/**
 * The job template: the option, else `template.json` in the project's root, with what they leave out filled in; else, for
 * an app, the platform's default. An engine has none unless it is given one.
 * @throws {ByteNiteError} `INVALID_OPTION` with all problems at once
 */
export async function createTemplate(
  { template: option, root }: ResolvedOptions,
  { file, tag, kind }: Manifest,
): Promise<PlannedTemplate | undefined> {
  if (option === false) return undefined
  const found = await readJsonOption('template', option, join(root, 'template.json'))
  if (found === undefined && kind === 'engines') return undefined
  const { value, origin } = found ?? { value: {}, origin: '' }
  if (!isObject(value))
    throw new ByteNiteError('INVALID_OPTION', `The job template (from ${origin}) is ${show(value)}; expected an object.`)
  if (kind === 'engines' && value['app'] === undefined) {
    throw new ByteNiteError('INVALID_OPTION', `The job template (from ${origin}) does not say for which app it is: ${tag} is an engine.`, {
      hint: 'Set template.app to the tag of an app, or give the template to the project of the app.',
    })
  }
  const template = { id: `${file.name}-template`, app: tag, partitioner: PASSTHROUGH, assembler: PASSTHROUGH, ...value }
  const problems = problemsOf(template)
  if (problems.length > 0) {
    throw new ByteNiteError(
      'INVALID_OPTION',
      `The job template (from ${origin}) has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    )
  }
  return { template, isExplicit: found !== undefined }
}

/** Tags of the engines that a template needs. */
export function enginesOf({ partitioner, assembler }: JobTemplate): string[] {
  return [...new Set([partitioner, assembler])].filter((tag) => tag !== PASSTHROUGH)
}

/** The platform may fill in more than it was given. */
function agrees(existing: JobTemplate, template: JobTemplate): boolean {
  return isDeepStrictEqual({ ...existing, ...template }, existing)
}

/** `name`, `name@MAJOR` or `name@MAJOR.MINOR`. */
const TAG = /^[A-Za-z0-9_-]{1,64}(?:@\d+(?:\.\d+)?)?$/

function problemsOf(template: Record<string, unknown>): string[] {
  const problems: string[] = []
  const expect = (field: string, holds: boolean, expected: string): void => {
    if (!holds) problems.push(`${field} is ${show(template[field])}; expected ${expected}`)
  }
  expect('id', typeof template['id'] === 'string' && /^[\w.-]+$/.test(template['id']), 'letters, digits, ".", "-" and "_" only')
  for (const field of ['app', 'partitioner', 'assembler']) {
    expect(field, TAG.test(String(template[field])), 'a tag: name, name@MAJOR or name@MAJOR.MINOR')
  }
  for (const field of ['dataSource', 'dataDestination']) {
    const data = template[field]
    expect(
      field,
      data === undefined || (isObject(data) && typeof data['dataSourceDescriptor'] === 'string'),
      'an object with a "dataSourceDescriptor"',
    )
  }
  for (const field of ['params', 'config']) expect(field, template[field] === undefined || isObject(template[field]), 'an object')
  expect('description', template['description'] === undefined || typeof template['description'] === 'string', 'a string')
  return problems
}

/**
 * Makes sure, after an upload, that the platform has the job template that came with the archive, and saves it if not.
 * @param before the platform's template of this id before the upload
 * @param tag what is published, for messages
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
    throw new ByteNiteError('TEMPLATE_NOT_SAVED', `${tag} is published, but the job template ${template.id} is not: ${reason}`, {
      hint: error.hint,
      status: error.status,
      requestId: error.requestId,
      cause: error,
    })
  }
}
