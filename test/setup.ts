import { afterAll, afterEach, aroundEach, expect } from 'vitest'
import { runInTest } from './helpers/current-test.ts'

aroundEach((runTest, context) => runInTest(context, runTest))

// A warning that nobody asserted fails the test in which it appears; where several run at a time, one of them.

const seen: string[] = []
process.on('warning', (warning) => seen.push(warning.stack ?? String(warning)))

for (const method of ['warn', 'error'] as const) {
  const original = console[method]
  console[method] = (...parameters: unknown[]) => {
    seen.push(parameters.map(String).join(' '))
    original(...parameters)
  }
}

const expectNoWarnings = (): void => expect(seen.splice(0), 'unexpected warnings').toEqual([])

afterEach(expectNoWarnings)
afterAll(expectNoWarnings)
