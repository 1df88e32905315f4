import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import * as v from 'valibot'
import { Refusal } from '../../refusal.js'
import { checkRequest } from '../../http/check-request.js'
import { fieldOf } from './job-response.js'
import { matchesPattern } from './like-pattern.js'

/** Names below a field; `true` for a field that may have any below it, `false` for one that has none. */
type Fields = { readonly [name: string]: Fields | boolean }

const STATES = 'NEW STARTED UPLOADING PARTITIONING PARTITIONED TASKS_COMPLETED MERGING MERGED DOWNLOADING COMPLETE FAILED'

const PARTS = ['partitioner', 'app', 'assembler']
const DATA: Fields = { dataSourceDescriptor: false, params: true }

/** What lists of jobs can be filtered and ordered by. */
const FIELDS: Fields = {
  ...allOf('id templateId name description state createdAt submittedAt startedAt endedAt duration numChunks errorMessage appId', false),
  ...allOf('priority startAt deletedAt paymentAmount numUnitsEstimation', false),
  config: allOf('taskTimeout jobTimeout isTestJob maxTaskRetries', false),
  stateTimestamps: Object.fromEntries(STATES.split(' ').map((state) => [`JOB_STATE_${state}`, false])),
  dataSource: DATA,
  dataDestination: DATA,
  params: allOf(PARTS.join(' '), true),
  parts: Object.fromEntries(PARTS.map((part) => [part, allOf('tag revision hash', false)])),
  tasks: allOf('scheduled running completed failed', false),
}

function allOf(names: string, below: boolean): Fields {
  return Object.fromEntries(names.split(' ').map((name) => [name, below]))
}

const CONDITIONS = {
  EQ: (value: unknown, wanted: unknown) => compare(value, wanted) === 0,
  NEQ: (value: unknown, wanted: unknown) => compare(value, wanted) !== 0,
  GT: (value: unknown, wanted: unknown) => isOrdered(value, wanted, (order) => order > 0),
  GTE: (value: unknown, wanted: unknown) => isOrdered(value, wanted, (order) => order >= 0),
  LT: (value: unknown, wanted: unknown) => isOrdered(value, wanted, (order) => order < 0),
  LTE: (value: unknown, wanted: unknown) => isOrdered(value, wanted, (order) => order <= 0),
  IN: (value: unknown, wanted: unknown) => isAmong(value, wanted),
  NOT_IN: (value: unknown, wanted: unknown) => !isAmong(value, wanted),
  ARRAY_CONTAINS: (value: unknown, wanted: unknown) => isAmong(wanted, value),
  ARRAY_CONTAINS_ANY: (value: unknown, wanted: unknown) => Array.isArray(wanted) && wanted.some((one) => isAmong(one, value)),
  LIKE: (value: unknown, wanted: unknown) => typeof value === 'string' && matchesPattern(value, String(wanted)),
}

type Condition = keyof typeof CONDITIONS

const LISTS: ReadonlySet<Condition> = new Set(['IN', 'NOT_IN', 'ARRAY_CONTAINS_ANY'])
const PREFIX = 'FILTER_CONDITION_'
const NAMES = Object.keys(CONDITIONS).map((name) => PREFIX + name)

const WholeNumber = v.pipe(
  v.union([v.number(), v.string()], 'must be a whole number'),
  v.transform(Number),
  v.check((value) => Number.isSafeInteger(value) && value >= 0, 'must be a whole number'),
)

const Filter = v.pipe(
  v.object({
    field: v.pipe(v.string('must be a string'), v.check(isField, 'is not the name of a field of a job')),
    condition: v.picklist(NAMES, `must be one of ${NAMES.join(', ')}`),
    value: v.optional(v.unknown(), null),
  }),
  v.transform(({ field, condition, value }) => ({
    path: field.split('.'),
    condition: condition.slice(PREFIX.length) as Condition,
    value: plainValue(value),
  })),
  v.check(({ condition, value }) => !LISTS.has(condition) || Array.isArray(value), 'this condition needs an array as its value'),
  v.check(({ condition, value }) => condition !== 'LIKE' || typeof value === 'string', 'this condition needs a string as its value'),
)

const FilterRequest = v.object({
  filters: v.nullish(v.pipe(v.array(Filter, 'must be an array'), v.maxLength(100, 'at most 100 filters'))),
  orderBy: v.nullish(v.string('must be a string')),
  pagination: v.nullish(v.object({ limit: v.optional(WholeNumber, 0), offset: v.optional(WholeNumber, 0) }, 'must be an object')),
})

export interface CheckedFilter {
  /** Whether a job passes all filters. */
  matches(job: JobRecord): boolean
  orderBy: string | undefined
  limit: number
  offset: number
}

/**
 * Reads the body of `POST /jobs/filter`.
 * @throws {Refusal} 400 that lists every broken rule
 */
export function readFilter(body: unknown): CheckedFilter {
  const { filters, orderBy, pagination } = checkRequest(FilterRequest, body)
  return {
    matches: (job) => (filters ?? []).every(({ path, condition, value }) => CONDITIONS[condition](valueAt(job, path), value)),
    orderBy: orderBy ?? undefined,
    limit: pagination?.limit ?? 0,
    offset: pagination?.offset ?? 0,
  }
}

/**
 * Orders jobs.
 * @param orderBy name of a field, optionally followed by ` desc` or ` asc`
 * @throws {Refusal} 400
 */
export function inOrder(jobs: Iterable<JobRecord>, orderBy: string): JobRecord[] {
  const [field = '', direction = 'asc', ...rest] = orderBy.trim().split(/\s+/)
  if (!isField(field) || !['asc', 'desc'].includes(direction.toLowerCase()) || rest.length > 0) {
    throw new Refusal(400, 'orderBy must be the name of a field of a job, with or without " desc"')
  }
  const path = field.split('.')
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1
  // Each value is read once, because there may be many jobs.
  return Array.from(jobs, (job) => ({ job, value: sortable(valueAt(job, path)) }))
    .toSorted((a, b) => sign * (compare(a.value, b.value) || 0))
    .map(({ job }) => job)
}

function isField(name: string): boolean {
  let fields: Fields | boolean | undefined = FIELDS
  for (const part of name.split('.')) {
    if (fields === true) return true
    if (fields === false || !Object.hasOwn(fields, part)) return false
    fields = fields[part] ?? false
  }
  return true
}

function valueAt(job: JobRecord, [first = '', ...rest]: readonly string[]): unknown {
  let value = fieldOf(job, first)
  for (const part of rest) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return null
    value = (value as Record<string, unknown>)[part]
  }
  return value ?? null
}

/** Clients of a protobuf API wrap a value together with its type. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '@type' in value && 'value' in value) return value.value
  return value
}

function isAmong(value: unknown, list: unknown): boolean {
  return Array.isArray(list) && list.some((one) => compare(value, one) === 0)
}

function isOrdered(value: unknown, wanted: unknown, accepts: (order: number) => boolean): boolean {
  return value !== null && wanted !== null && accepts(compare(value, wanted))
}

/** Numbers and texts of numbers by their size, times by their order, other texts by their letters; `NaN` for what differs otherwise. */
function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  if (typeof a === 'object' || typeof b === 'object') return JSON.stringify(a) === JSON.stringify(b) ? 0 : NaN
  const [left, right] = [sortable(a), sortable(b)]
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [leftText, rightText] = [String(a), String(b)]
  return leftText < rightText ? -1 : leftText > rightText ? 1 : 0
}

const NUMBER = /^-?\d+(?:\.\d+)?$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

function sortable(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (NUMBER.test(value)) return Number(value)
  return TIME.test(value) && !Number.isNaN(Date.parse(value)) ? Date.parse(value) : value
}
