import { testApp } from './app-tests.ts'
import { testBuilds } from './build-tests.ts'
import type { BundlerName } from './bundlers.ts'
import { createContext } from './context.ts'
import { testEnvironments } from './environment-tests.ts'
import { testRunTimeFiles } from './run-time-file-tests.ts'
import { testTypes } from './type-tests.ts'
import { testVite } from './vite-tests.ts'
import { testWatch } from './watch-tests.ts'

/** Registers every case that applies to a bundler. */
export function testBundler(name: BundlerName): void {
  const context = createContext(name)
  testBuilds(context)
  testWatch(context)
  testTypes(context)
  if (name !== 'rollup3') {
    testApp(context)
    testRunTimeFiles(context)
  }
  if (context.bundler.kind !== 'vite') return
  testVite(context)
  // Vite 5 builds one thing at a time.
  if (name !== 'vite5') testEnvironments(context)
}
