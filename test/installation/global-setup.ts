import type { TestProject } from 'vitest/node'
import { makeTemporaryDirectory, remove } from '../helpers/temporary-directory.ts'
import { startRegistry } from './registry.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a registry that has the repository's packages. */
    registry: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await makeTemporaryDirectory('registry')
  const registry = await startRegistry(directory).catch(async (error: Error) => {
    await remove(directory)
    throw error
  })
  project.provide('registry', registry.url)
  return async () => {
    await registry.stop()
    await remove(directory)
  }
}
