import type { DataSource } from 'bytenite-uploader/wire'
import type { JobConfig, JobParams, JobRequest } from 'bytenite-uploader/wire-jobs'
import * as v from 'valibot'
import { Refusal } from '../../refusal.js'
import { TAG } from '../../rules/template-check.js'

/** Clients also send numbers as texts. */
const WholeNumber = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))], 'must be a whole number'),
  v.integer('must be a whole number'),
  v.minValue(0, 'must not be negative'),
)
const Flag = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false'])], 'must be true or false'),
  v.transform((value) => String(value) === 'true'),
)

/** Unset fields may be `null`, and are left out. */
function orUnset<Schema extends v.GenericSchema>(schema: Schema): v.OptionalSchema<v.NullableSchema<Schema, undefined>, undefined> {
  return v.optional(v.nullable(schema))
}

/** In seconds: as long as a timer can run. */
const MAX_TIMEOUT = 2_147_483

const Config = v.object({
  taskTimeout: orUnset(v.pipe(WholeNumber, v.maxValue(MAX_TIMEOUT, `must be at most ${MAX_TIMEOUT}`))),
  jobTimeout: orUnset(v.pipe(WholeNumber, v.maxValue(MAX_TIMEOUT, `must be at most ${MAX_TIMEOUT}`))),
  isTestJob: orUnset(Flag),
  maxTaskRetries: orUnset(v.pipe(WholeNumber, v.maxValue(1000, 'must be at most 1000'))),
})

const Params = v.object({
  partitioner: orUnset(v.unknown()),
  app: orUnset(v.unknown()),
  assembler: orUnset(v.unknown()),
})

const Data = v.looseObject({
  dataSourceDescriptor: v.pipe(v.string(), v.nonEmpty()),
  params: orUnset(v.record(v.string(), v.unknown())),
})

const Tag = v.pipe(v.string(), v.regex(TAG, 'must be a tag: name, name@MAJOR or name@MAJOR.MINOR'))

/** As long as a file's name may be. */
const Name = v.pipe(v.string(), v.nonEmpty('must not be empty'), v.maxLength(200, 'must have at most 200 characters'))

const Request = v.object({
  templateId: orUnset(v.string()),
  name: orUnset(v.pipe(v.string(), v.maxLength(200, 'must have at most 200 characters'))),
  description: orUnset(v.pipe(v.string(), v.maxLength(10_000, 'must have at most 10,000 characters'))),
  jobId: orUnset(v.string()),
  dataSource: orUnset(Data),
  dataDestination: orUnset(Data),
  params: orUnset(Params),
  config: orUnset(Config),
  app: orUnset(Tag),
  partitioner: orUnset(Tag),
  assembler: orUnset(Tag),
})

/** @throws {Refusal} 400 that lists every broken rule */
export function checkRequest(request: unknown): JobRequest {
  return check(Request, request, 'the job')
}

/** @throws {Refusal} 400 that lists every broken rule */
export function checkConfig(config: unknown): JobConfig {
  return check(Config, config ?? {}, 'the config')
}

/** @throws {Refusal} 400 */
export function checkParams(params: unknown): JobParams {
  return check(Params, params, 'the parameters')
}

/** @throws {Refusal} 400 */
export function checkName(name: unknown): string {
  return check(Name, name, 'the name')
}

/** @throws {Refusal} 400 that lists every broken rule */
export function checkData(data: unknown): { dataSource?: DataSource; dataDestination?: DataSource } {
  return check(v.object({ dataSource: orUnset(Data), dataDestination: orUnset(Data) }), data, 'the request')
}

function check<Value>(schema: v.GenericSchema<unknown, unknown>, value: unknown, label: string): Value {
  const result = v.safeParse(schema, value)
  if (result.success) return withoutUnset(result.output) as Value
  const reasons = result.issues.map((issue) => `${v.getDotPath(issue) ?? label}: ${issue.message}`)
  throw new Refusal(400, reasons.join('; '))
}

function withoutUnset(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const set = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined && inner !== '')
  // Parameters stay as they are: their `null` may mean something.
  return Object.fromEntries(set.map(([key, inner]) => [key, key === 'config' || key.startsWith('data') ? withoutUnset(inner) : inner]))
}
