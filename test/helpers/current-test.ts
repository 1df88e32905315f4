import { AsyncLocalStorage } from 'node:async_hooks'
import type { TestContext } from 'vitest'

/** The test that code runs in. Vitest knows it only where tests run one at a time. */
const currentTest = new AsyncLocalStorage<TestContext>()

export function runInTest(context: TestContext, run: () => Promise<void>): Promise<void> {
  return currentTest.run(context, run)
}

/** Calls something when the test has ended, the last thing first. For code that is called by tests alone. */
export function onTestFinished(cleanUp: () => unknown): void {
  const context = currentTest.getStore()
  if (context === undefined) throw new Error('This has to be called in a test, so that it can be undone at its end.')
  context.onTestFinished(async () => void (await cleanUp()))
}

export function isInTest(): boolean {
  return currentTest.getStore() !== undefined
}

/** Starts something that does not end with the test. Whoever calls this ends it. */
export function outliveTest<Started>(start: () => Started): Started {
  return currentTest.exit(start)
}
