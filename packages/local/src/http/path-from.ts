import type { ApiContext } from './api-env.js'
import { Refusal } from '../refusal.js'

/**
 * The path of a request from the part with this index on, without escapes.
 * @throws {Refusal} 404 for escapes that stand for nothing
 */
export function pathFrom(c: ApiContext, index: number): string {
  const parts = new URL(c.req.url).pathname.split('/').slice(index + 1)
  try {
    return parts.map((part) => decodeURIComponent(part)).join('/')
  } catch {
    throw new Refusal(404, 'there is no such file')
  }
}
