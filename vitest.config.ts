import { defineConfig } from 'vitest/config'

const shared = {
  setupFiles: ['test/setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
}

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'main', include: ['test/**/*.test.ts'], exclude: ['test/matrix/**', 'test/faults/**', 'test/packing/**'] } },
      { test: { ...shared, name: 'packing', include: ['test/packing/**/*.test.ts'] } },
      { test: { ...shared, name: 'faults', include: ['test/faults/**/*.test.ts'] } },
      { test: { ...shared, name: 'matrix', include: ['test/matrix/**/*.test.ts'], globalSetup: ['test/matrix/global-setup.ts'] } },
    ],
  },
})
