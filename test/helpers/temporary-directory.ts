import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { onTestFinished } from './current-test.ts'

/** A new directory, outside the repository, that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory('test')
  onTestFinished(() => remove(directory))
  return directory
}

/** One that all tests of a file share. To be called outside of them. */
export async function sharedDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory('tests')
  afterAll(() => remove(directory))
  return directory
}

/** One that whoever makes it removes. */
export async function makeTemporaryDirectory(purpose: string): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), `bytenite-${purpose}-`)))
}

/** Removes a directory with all that is in it, also while a program that was killed still lets go of it. */
export async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
