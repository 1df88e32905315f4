import type { JobTemplate } from 'bytenite-uploader/wire'
import * as v from 'valibot'
import { Refusal } from '../refusal.js'

/** `name`, `name@MAJOR` or `name@MAJOR.MINOR`. */
export const TAG: RegExp = /^[-\w]+(?:@\d+(?:\.\d+)?)?$/

const Tag = v.pipe(v.string(), v.regex(TAG, 'must be a tag: name, name@MAJOR or name@MAJOR.MINOR'))
const Data = v.looseObject({ dataSourceDescriptor: v.pipe(v.string(), v.nonEmpty()) })

const TemplateSchema = v.looseObject({
  // Also the name of a file, which the length is limited for.
  id: v.pipe(v.string(), v.regex(/^[-\w.]+$/, 'letters, digits, ".", "-" and "_" only'), v.maxLength(200, 'at most 200 characters')),
  description: v.optional(v.string()),
  app: Tag,
  partitioner: v.optional(Tag, 'passthrough'),
  assembler: v.optional(Tag, 'passthrough'),
  dataSource: v.optional(Data),
  dataDestination: v.optional(Data),
})

/** @throws {Refusal} 400 that lists every broken rule */
export function checkTemplate(template: unknown): JobTemplate {
  const result = v.safeParse(TemplateSchema, template)
  if (result.success) return result.output as JobTemplate
  const reasons = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'the template'}: ${issue.message}`)
  throw new Refusal(400, `invalid job template: ${reasons.join('; ')}`)
}
