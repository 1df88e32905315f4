import { join } from 'node:path'
import { ByteNiteError } from '../errors.js'
import { isObject, readJsonOption } from './json-file.js'
import type { Manifest } from './manifest.js'
import { show } from './fields.js'
import type { JobTemplate } from '../wire.js'

/** A job template for what is published. Missing fields are filled in. */
export interface TemplateOptions extends Partial<JobTemplate> {
  /** @default `NAME-template` */
  id?: string
  /** Tag of the app. @default the one that is published, exactly */
  app?: string
  /** @default 'passthrough' */
  partitioner?: string
  /** @default 'passthrough' */
  assembler?: string
}

/** The options that a job template depends on. */
export interface TemplateInput {
  /** The project's root; absolute. */
  root: string
  /** A path is absolute. */
  template: TemplateOptions | string | false | undefined
}

/** A job template for what is to be published. */
export interface PlannedTemplate {
  template: JobTemplate
  /** Whether somebody wrote it, so that it is worth more than a default. */
  isExplicit: boolean
}

/** Built into the platform. */
export const PASSTHROUGH = 'passthrough'

/**
 * The job template: the option, else `template.json` in the project's root, with what they leave out filled in; else, for
 * an app, the platform's default. An engine has none unless it is given one.
 * @throws {ByteNiteError} `INVALID_OPTION` with all problems at once
 */
export async function createTemplate(
  { template: option, root }: TemplateInput,
  { file, tag, kind }: Manifest,
): Promise<PlannedTemplate | undefined> {
  if (option === false) return undefined
  const found = await readJsonOption('template', option, join(root, 'template.json'))
  if (found === undefined && kind === 'engines') return undefined
  const { value, origin } = found ?? { value: {}, origin: '' }
  if (!isObject(value))
    throw new ByteNiteError('INVALID_OPTION', `The job template (from ${origin}) is ${show(value)}; expected an object.`)
  if (kind === 'engines' && value['app'] === undefined) {
    throw new ByteNiteError('INVALID_OPTION', `The job template (from ${origin}) must name an app, because ${tag} is an engine.`, {
      hint: 'Set template.app to the tag of an app, or move the template to the project of the app.',
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
