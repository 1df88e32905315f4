import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/sequencer.ts'

const shared = {
  // What is built runs as Node runs it. To Vitest it would be sources, to be transformed for every file of tests.
  server: { deps: { external: [/\/packages\/\w+\/dist\//] } },
  setupFiles: ['test/setup.ts'],
  // What is waited for in a test has an end of its own, with a name. This one is for a test as a whole.
  testTimeout: 120_000,
  hookTimeout: 60_000,
}

const longer = ['edges', 'matrix', 'frameworks', 'faults', 'packing', 'slurm', 'contract', 'installation']

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    maxWorkers: 2,
    projects: [
      // What a change breaks is found by `pnpm test`; what takes longer has a script each, and `pnpm test:all` runs them all.
      {
        test: { ...shared, name: 'main', isolate: false, include: ['test/**/*.test.ts'], exclude: longer.map((name) => `test/${name}/**`) },
      },
      { test: { ...shared, name: 'edges', include: ['test/edges/**/*.test.ts'] } },
      { test: { ...shared, name: 'packing', include: ['test/packing/**/*.test.ts'] } },
      { test: { ...shared, name: 'faults', include: ['test/faults/**/*.test.ts'] } },
      { test: { ...shared, name: 'slurm', include: ['test/slurm/**/*.test.ts'] } },
      { test: { ...shared, name: 'contract', include: ['test/contract/**/*.test.ts'] } },
      {
        test: {
          ...shared,
          name: 'installation',
          include: ['test/installation/**/*.test.ts'],
          globalSetup: ['test/installation/global-setup.ts'],
        },
      },
      { test: { ...shared, name: 'matrix', include: ['test/matrix/**/*.test.ts'], globalSetup: ['test/matrix/global-setup.ts'] } },
      {
        test: {
          ...shared,
          name: 'frameworks',
          include: ['test/frameworks/**/*.test.ts'],
          globalSetup: ['test/frameworks/global-setup.ts'],
          // An installation, or a build, each.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
