/** A build tool that has a recipe on the page "With other tools". */
export interface Tool {
  /** Its package. */
  name: string
  /** The heading of its recipe. */
  heading: string
  /** The file of the recipe on the page. */
  recipe: string
  /** The file of it in a project. @default as on the page */
  config?: string
  /** Builds. */
  command: readonly [string, ...string[]]
  /** The extension of the sources. */
  source: 'js' | 'ts'
  /** What it writes. */
  output: readonly string[]
}

export const esbuild: Tool = {
  name: 'esbuild',
  heading: 'esbuild',
  recipe: 'build.js',
  command: ['node', 'build.js'],
  source: 'js',
  output: ['main.js'],
}
export const webpack: Tool = {
  name: 'webpack',
  heading: 'webpack and Rspack',
  recipe: 'webpack.config.js',
  command: ['webpack'],
  source: 'js',
  output: ['main.js'],
}
export const rspack: Tool = { ...webpack, name: '@rspack/core', config: 'rspack.config.js', command: ['rspack', 'build'] }
const tsdown: Tool = {
  name: 'tsdown',
  heading: 'tsdown',
  recipe: 'tsdown.config.ts',
  command: ['tsdown'],
  source: 'ts',
  output: ['main.cjs', 'main.mjs'],
}
const tsup: Tool = {
  name: 'tsup',
  heading: 'tsup',
  recipe: 'tsup.config.ts',
  command: ['tsup'],
  source: 'ts',
  output: ['main.cjs', 'main.js'],
}
export const unbuild: Tool = {
  name: 'unbuild',
  heading: 'unbuild',
  recipe: 'build.config.ts',
  command: ['unbuild'],
  source: 'ts',
  output: ['main.mjs'],
}
export const tools: readonly Tool[] = [esbuild, webpack, rspack, tsdown, tsup, unbuild]
