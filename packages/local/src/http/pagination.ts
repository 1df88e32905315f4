import type { Pagination } from 'bytenite-uploader/wire'
import { Refusal } from '../refusal.js'

const DEFAULT_LIMIT = 50

/** Which part of a list a client wants. */
export interface PageRequest {
  limit: number
  offset: number
}

/**
 * @param limit 0 counts as unset
 * @param max how many items a page may have
 */
export function pageRequest(limit: number, offset: number, max: number = Infinity): PageRequest {
  return { limit: Math.min(limit || DEFAULT_LIMIT, max), offset }
}

/**
 * Reads `pagination.limit` and `pagination.offset`, or `limit` and `offset`.
 * @throws {Refusal} 400
 */
export function pageRequestOf(query: Record<string, string>, max?: number): PageRequest {
  return pageRequest(readNumber(query, 'limit'), readNumber(query, 'offset'), max)
}

/** One page of a list. Items of other pages are not kept. */
export function pageOf<Item>(list: Iterable<Item>, { limit, offset }: PageRequest): { items: Item[]; pagination: Pagination } {
  const items: Item[] = []
  let total = 0
  for (const item of list) {
    if (total >= offset && items.length < limit) items.push(item)
    total++
  }
  return { items, pagination: { total, offset, hasPrevious: offset > 0 && total > 0, hasNext: offset + limit < total } }
}

function readNumber(query: Record<string, string>, name: string): number {
  const key = query[`pagination.${name}`] === undefined ? name : `pagination.${name}`
  const text = query[key]
  if (text === undefined) return 0
  if (!/^\d{1,15}$/.test(text)) throw new Refusal(400, `${key} must be a whole number`)
  return Number(text)
}
