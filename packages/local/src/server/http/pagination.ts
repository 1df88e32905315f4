import type { Pagination } from 'bytenite-uploader/wire'
import { Refusal } from './refusal.js'

const DEFAULT_LIMIT = 50

/** One page of a list, as selected by `pagination.limit` and `pagination.offset`. */
export function pageOf<Item>(list: readonly Item[], query: Record<string, string>): { items: Item[]; pagination: Pagination } {
  const limit = readNumber(query, 'pagination.limit', DEFAULT_LIMIT)
  const offset = readNumber(query, 'pagination.offset', 0)
  const pagination: Pagination = {
    total: String(list.length),
    offset: String(offset),
    hasPrevious: offset > 0 && list.length > 0,
    hasNext: offset + limit < list.length,
  }
  return { items: list.slice(offset, offset + limit), pagination }
}

function readNumber(query: Record<string, string>, name: string, fallback: number): number {
  const text = query[name]
  if (text === undefined) return fallback
  if (!/^\d+$/.test(text)) throw new Refusal(400, `${name} must be a whole number`)
  return Number(text)
}
