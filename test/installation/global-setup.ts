import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startRegistry } from './registry.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a registry that has the repository's packages. */
    registry: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'bytenite-registry-')))
  const removeDirectory = (): Promise<void> => rm(directory, { recursive: true, force: true })
  const registry = await startRegistry(directory).catch(async (error: Error) => {
    await removeDirectory()
    throw error
  })
  project.provide('registry', registry.url)
  return async () => {
    await registry.stop()
    await removeDirectory()
  }
}
