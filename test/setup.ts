import { afterAll, afterEach, aroundEach, expect } from 'vitest'
import { runInTest } from './helpers/current-test.ts'

aroundEach((runTest, context) => runInTest(context, runTest))

// A warning that nobody asserted fails the test in which it appears; where several run at a time, one of them.

const seen: string[] = []
const note = (warning: Error): void => void seen.push(warning.stack ?? String(warning))
process.on('warning', note)

// Files share a process, so each of them leaves it as it was.
const { warn, error } = console
for (const [method, original] of Object.entries({ warn, error })) {
  Object.assign(console, {
    [method]: (...parameters: unknown[]) => {
      seen.push(parameters.map(String).join(' '))
      original(...parameters)
    },
  })
}

const expectNoWarnings = (): void => expect(seen.splice(0), 'unexpected warnings').toEqual([])

afterEach(expectNoWarnings)
afterAll(() => {
  process.off('warning', note)
  Object.assign(console, { warn, error })
  expectNoWarnings()
})
