import { join } from 'node:path'
import { ByteNiteError } from '../errors.js'
import { isObject, readJsonOption } from './json-file.js'
import type { Manifest } from './manifest.js'
import { show } from './fields.js'
import { isTag } from './tag.js'
import type { JobTemplate } from '../wire.js'

/** A job template for the published app. Missing fields get defaults. */
export interface TemplateOptions extends Partial<JobTemplate> {
  /** Its name. @default `NAME-template` */
  id?: string
  /** Tag of the app. @default the published app, with its exact version */
  app?: string
  /** Tag of the partitioner; `passthrough` is built in. @default 'passthrough' */
  partitioner?: string
  /** Tag of the assembler; `passthrough` is built in. @default 'passthrough' */
  assembler?: string
}

/** The options of the job template. */
export interface TemplateInput {
  /** The directory of the project's own files; absolute. */
  projectRoot: string
  /** If it is a path, it is absolute. */
  template: TemplateOptions | string | false | undefined
}

/** The job template to publish. */
export interface PlannedTemplate {
  template: JobTemplate
  /** Whether the user wrote it, so that it takes precedence over a default. */
  isExplicit: boolean
}

/** Built into the platform. */
export const PASSTHROUGH = 'passthrough'

/**
 * Creates the job template from the option, or from `template.json` in the project's root. Missing fields get defaults.
 * With neither, an app gets a default template, and an engine gets none.
 * @throws {ByteNiteError} `INVALID_OPTION`, listing all problems
 */
export async function createTemplate(
  { template: option, projectRoot }: TemplateInput,
  { file, tag, kind }: Manifest,
): Promise<PlannedTemplate | undefined> {
  if (option === false) return undefined
  const found = await readJsonOption('template', option, join(projectRoot, 'template.json'))
  if (found === undefined && kind === 'engines') return undefined
  const { value, origin } = found ?? { value: {}, origin: '' }
  if (!isObject(value))
    throw new ByteNiteError('INVALID_OPTION', `The job template (from ${origin}) is ${show(value)}; expected an object.`)
  if (kind === 'engines' && value['app'] === undefined) {
    throw new ByteNiteError('INVALID_OPTION', `The job template (from ${origin}) must name an app, because ${tag} is an engine.`, {
      hint: 'Set template.app to the tag of an app, or move the template to the project of the app.',
    })
  }
  const template = { ...defaultTemplate(file.name, tag), ...value }
  const problems = problemsOf(template)
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    throw new ByteNiteError('INVALID_OPTION', `Invalid job template from ${origin} (${count}):`, {
      details: problems.map((problem) => `  - ${problem}`),
    })
  }
  return { template, isExplicit: found !== undefined }
}

/** The template that an app has if its project has none. */
export function defaultTemplate(name: string, tag: string): JobTemplate {
  return { id: `${name}-template`, app: tag, partitioner: PASSTHROUGH, assembler: PASSTHROUGH }
}

function problemsOf(template: Record<string, unknown>): string[] {
  const problems: string[] = []
  const expect = (field: string, holds: boolean, expected: string): void => {
    if (!holds) problems.push(`${field} is ${show(template[field])}; expected ${expected}`)
  }
  expect('id', typeof template['id'] === 'string' && /^[\w.-]+$/.test(template['id']), 'letters, digits, ".", "-" and "_" only')
  for (const field of ['app', 'partitioner', 'assembler']) {
    expect(field, isTag(String(template[field])), 'a tag: name, name@MAJOR or name@MAJOR.MINOR')
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
