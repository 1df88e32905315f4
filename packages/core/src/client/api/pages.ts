import * as v from 'valibot'
import { checkOptionNames, namesOf } from '../../utils/option-names.js'
import type { Pagination } from '../../wire.js'
import { parseResponse } from '../http/parse-response.js'
import type { TextResponse } from '../http/response.js'
import type { Transport } from '../transport.js'

export interface ListOptions {
  /** A field's name, followed by ` desc` for descending order. */
  orderBy?: string | undefined
  isPublic?: boolean | undefined
  /** Items per request. @default 100 */
  pageSize?: number | undefined
}

const LIST_NAMES = namesOf<ListOptions>({ orderBy: true, isPublic: true, pageSize: true })
const DEFAULT_PAGE_SIZE = 100

const PaginationSchema = v.looseObject({
  hasNext: v.nullish(v.boolean()),
  total: v.nullish(v.union([v.string(), v.number()])),
})

/** A part of a list. */
interface Page<Item> {
  items: Item[]
  pagination: Pagination
}

/** Yields the items of a list. Requests a page only when its items are needed. */
export async function* listPages<Item>(
  transport: Transport,
  path: string,
  key: string,
  options: ListOptions = {},
): AsyncGenerator<Item, void, undefined> {
  checkOptionNames(options, LIST_NAMES)
  const { orderBy, isPublic, pageSize } = options
  yield* itemsOf((limit, offset) => {
    const query = pageQuery(limit, offset, { orderBy, isPublic })
    return transport.call({ method: 'GET', path: `${path}?${query}`, read: (response) => readPage<Item>(response, key) })
  }, pageSize)
}

/** The query that asks for a page. Fields that are `undefined` are left out. */
export function pageQuery(limit: number, offset: number, fields: Record<string, string | boolean | undefined>): string {
  const query = new URLSearchParams({ 'pagination.limit': String(limit), 'pagination.offset': String(offset) })
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value))
  return query.toString()
}

/** @param key the field with the items */
export function readPage<Item>(response: TextResponse, key: string): Page<Item> {
  const PageSchema = v.looseObject({
    [key]: v.nullish(v.array(v.looseObject({}))),
    pagination: v.nullish(PaginationSchema),
  })
  const page = parseResponse<Record<string, unknown>>(PageSchema, response, `a list of ${key}`)
  return { items: (page[key] ?? []) as Item[], pagination: (page['pagination'] ?? {}) as Pagination }
}

/** Yields the items of all pages. Requests a page only when its items are needed. */
export async function* itemsOf<Item>(
  request: (limit: number, offset: number) => Promise<Page<Item>>,
  pageSize: number = DEFAULT_PAGE_SIZE,
): AsyncGenerator<Item, void, undefined> {
  for (let offset = 0; ;) {
    const { items, pagination } = await request(pageSize, offset)
    yield* items
    offset += items.length
    // A server may omit false values. An empty page always ends the list.
    const hasNext = pagination.hasNext ?? offset < Number(pagination.total ?? 0)
    if (items.length === 0 || !hasNext) return
  }
}
