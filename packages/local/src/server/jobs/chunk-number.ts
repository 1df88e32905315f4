import { Refusal } from '../../refusal.js'

/**
 * The number of a chunk in a path.
 * @throws {Refusal} 404 for anything that cannot be one
 */
export function chunkNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(404, `there is no task ${text}: tasks are numbered from 0`)
  return Number(text)
}
