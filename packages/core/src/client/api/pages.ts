import * as v from 'valibot'
import { checkOptionNames, namesOf } from '../../utils/option-names.js'
import type { Pagination } from '../../wire.js'
import { parseResponse } from '../http/parse-response.js'
import type { Transport } from '../transport.js'

export interface ListOptions {
  /** A field's name, followed by ` desc` for descending order. */
  orderBy?: string | undefined
  isPublic?: boolean | undefined
  /** Items per request. @default 100 */
  pageSize?: number | undefined
}

const LIST_NAMES = namesOf<ListOptions>({ orderBy: true, isPublic: true, pageSize: true })

type Page = Record<string, unknown>

const PaginationSchema = v.looseObject({
  hasNext: v.nullish(v.boolean()),
  total: v.nullish(v.union([v.string(), v.number()])),
})

/** Yields the items of a list. Requests a page only when its items are needed. */
export async function* listPages<Item>(
  transport: Transport,
  path: string,
  key: string,
  options: ListOptions = {},
): AsyncGenerator<Item, void, undefined> {
  checkOptionNames(options, LIST_NAMES)
  const { orderBy, isPublic, pageSize = 100 } = options
  const PageSchema = v.looseObject({
    [key]: v.nullish(v.array(v.looseObject({}))),
    pagination: v.nullish(PaginationSchema),
  })
  for (let offset = 0; ;) {
    const query = new URLSearchParams({ 'pagination.limit': String(pageSize), 'pagination.offset': String(offset) })
    if (orderBy !== undefined) query.set('orderBy', orderBy)
    if (isPublic !== undefined) query.set('isPublic', String(isPublic))
    const { items, pagination } = await transport.call({
      method: 'GET',
      path: `${path}?${query}`,
      read(response) {
        const page = parseResponse<Page>(PageSchema, response, `a list of ${key}`)
        return { items: (page[key] ?? []) as Item[], pagination: (page['pagination'] ?? {}) as Pagination }
      },
    })
    yield* items
    offset += items.length
    // A server may omit false values. An empty page always ends the list.
    const hasNext = pagination.hasNext ?? offset < Number(pagination.total ?? 0)
    if (items.length === 0 || !hasNext) return
  }
}
