import { afterEach, beforeEach, expect } from 'vitest'

// A warning that nobody asserted fails the test in which it appears.

const seen: string[] = []
process.on('warning', (warning) => seen.push(warning.stack ?? String(warning)))

for (const method of ['warn', 'error'] as const) {
  const original = console[method]
  console[method] = (...parameters: unknown[]) => {
    seen.push(parameters.map(String).join(' '))
    original(...parameters)
  }
}

beforeEach(() => void seen.splice(0))
afterEach(() => expect(seen, 'unexpected warnings').toEqual([]))
