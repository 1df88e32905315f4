import { expect, test } from 'vitest'
import type { MatrixContext } from './context.ts'

const sources = {
  vite: `import { defineConfig, type Plugin, type UserConfig } from 'vite'
    import { bytenite } from 'vite-plugin-bytenite'
    export default defineConfig({ plugins: [bytenite({ entry: 'src/main.ts', publish: undefined, environments: ['ssr'] })] })
    export const config: UserConfig = { plugins: [bytenite()] }
    export const plugins: Plugin[] = bytenite()`,
  rollup: `import { defineConfig, type Plugin, type RollupOptions } from 'rollup'
    import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
    export default defineConfig({ ...nodeWorker('src/main.ts'), plugins: [bytenite({ publish: 'auto', exclude: undefined })] })
    export const config: RollupOptions = { plugins: [bytenite()] }
    export const plugin: Plugin = bytenite()`,
  rolldown: `import { defineConfig, type Plugin, type RolldownOptions } from 'rolldown'
    import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
    export default defineConfig({ ...nodeWorker('src/main.ts'), plugins: [bytenite({ onError: (error) => console.error(error.message) })] })
    export const config: RolldownOptions = { plugins: [bytenite()] }
    export const plugin: Plugin = bytenite()`,
}

const compilerOptions = {
  module: 'esnext',
  moduleResolution: 'bundler',
  target: 'es2023',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  // Of the bundlers' own declarations, not of this repository's: those are checked where they are installed alone.
  skipLibCheck: true,
  noEmit: true,
}

/** The plugin fits the bundler's own types of a config and of a plugin. */
export function testTypes(context: MatrixContext): void {
  test('types', async () => {
    const project = await context.create({
      'types.ts': sources[context.bundler.kind],
      'tsconfig.json': JSON.stringify({ compilerOptions, files: ['types.ts'] }),
    })
    const { exitCode, stdout } = await project.exec('tsc')
    expect(stdout).toBe('')
    expect(exitCode).toBe(0)
  })
}
