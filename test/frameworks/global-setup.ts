import type { TestProject } from 'vitest/node'
import { packPackages } from '../helpers/tarballs.ts'
import { makeTemporaryDirectory, remove } from '../helpers/temporary-directory.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What a package.json says to install the repository's packages, by name. */
    packages: Record<string, string>
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await makeTemporaryDirectory('packages')
  const packages = await packPackages(directory).catch(async (error: Error) => {
    await remove(directory)
    throw error
  })
  project.provide('packages', packages)
  return () => remove(directory)
}
