import { UsageError } from 'bytenite-uploader/internal/command-line'

const DAY = 86_400_000
const AGES: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY, w: 7 * DAY }
const SIZES: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 }

/**
 * Reads an age such as `30d`.
 * @param option with its dashes
 * @returns milliseconds
 * @throws {UsageError}
 */
export function readAge(option: string, text: string): number {
  return read(text, AGES) ?? fail(`Invalid ${option} "${text}": expected a number with m, h, d or w for its unit, such as 12h or 30d.`)
}

/**
 * Reads a size such as `10G`, in decimal units.
 * @param option with its dashes
 * @returns bytes
 * @throws {UsageError}
 */
export function readSize(option: string, text: string): number {
  return read(text, SIZES) ?? fail(`Invalid ${option} "${text}": expected a number with K, M, G or T for its unit, such as 500M or 10G.`)
}

function read(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number, unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)([a-z])B?$/i.exec(text) ?? []
  const factor = units[unit] ?? units[unit.toUpperCase()]
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}

function fail(message: string): never {
  throw new UsageError(message)
}
