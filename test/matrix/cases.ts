import type { Files } from '../helpers/project.ts'
import type { Bundler } from './bundlers.ts'

/** A build, spelled so that every bundler's config can be made of it. Values are code. */
export interface BuildCase {
  name: string
  /** Plugins before and after the one under test. */
  before?: string
  after?: string
  /** @default 'src/main.js' */
  input?: string
  /** Options of the outputs. @default one in dist, as an ES module */
  output?: string
  /** Properties of the bundler's input options. */
  inputOptions?: string
  /** Options of the plugin under test. */
  options?: string
  /** Files of the archive, besides those of the output. */
  arrives?: Record<string, string>
  /** What must be on screen when the build fails; without it the build succeeds and is published once. */
  failure?: string
  /** Whether Rollup alone decides what becomes of it, whatever Vite is around it. @default false */
  isRollups?: boolean
  /** Whether the bundle is closed after the failure; Rollup 3's command line never does that. @default true */
  isClosed?: boolean
}

const thrower = (hook: string): string => `{ name: 'thrower', enforce: 'pre', ${hook}() { throw new Error('thrown on purpose') } }`

/** Lets the first output be written before the second one fails. */
const secondThrower = (hook: string): string => `{ name: 'thrower', async ${hook}(...parameters) {
  if (!parameters.some((parameter) => parameter?.format === 'cjs')) return
  const { existsSync } = await import('node:fs')
  while (!existsSync('dist/main.js')) await new Promise((resolve) => setTimeout(resolve, 10))
  throw new Error('thrown on purpose')
} }`

const twoOutputs = `[{ dir: 'dist', format: 'es' }, { dir: 'dist/cjs', format: 'cjs' }]`

/** A plugin that writes a file long after the bundle was written. */
const slow = `{ name: 'slow', async closeBundle() {
  await new Promise((resolve) => setTimeout(resolve, 300))
  const { writeFileSync } = await import('node:fs')
  writeFileSync('dist/late.txt', 'written last')
} }`

export const buildCases: BuildCase[] = [
  { name: 'succeeds; a slow closeBundle listed after is waited for', after: slow, arrives: { 'app/late.txt': 'written last' } },
  { name: 'two outputs succeed', output: twoOutputs, options: `manifest: { entrypoint: 'main.js' }` },
  ...['buildStart', 'resolveId', 'transform', 'buildEnd', 'renderStart', 'renderChunk', 'generateBundle', 'writeBundle'].map((hook) => ({
    name: `${hook} of another plugin fails`,
    before: thrower(hook),
    failure: 'thrown on purpose',
    // One of each phase is enough elsewhere.
    isRollups: !['transform', 'renderChunk', 'writeBundle'].includes(hook),
  })),
  { name: 'closeBundle of another plugin fails', before: thrower('closeBundle'), failure: 'thrown on purpose', isClosed: false },
  {
    name: 'closeBundle of a plugin listed after fails',
    after: thrower('closeBundle'),
    failure: 'thrown on purpose',
    isClosed: false,
    isRollups: true,
  },
  ...['renderChunk', 'generateBundle', 'writeBundle'].map((hook) => ({
    name: `the second of two outputs fails in ${hook}`,
    before: secondThrower(hook),
    output: twoOutputs,
    failure: 'thrown on purpose',
    isRollups: hook !== 'writeBundle',
  })),
  { name: 'an import is unresolved', input: 'src/unresolved.js', failure: 'missing', isRollups: true },
  {
    name: 'onwarn throws',
    input: 'src/warns.js',
    inputOptions: `onwarn() { throw new Error('thrown on purpose') },`,
    failure: 'thrown on purpose',
    isRollups: true,
  },
  {
    name: 'onLog throws',
    input: 'src/warns.js',
    inputOptions: `onLog() { throw new Error('thrown on purpose') },`,
    failure: 'thrown on purpose',
  },
]

/** The config of a build in a bundler's own form. */
export function configOf(kind: Bundler['kind'], build: Omit<BuildCase, 'name'>): Files {
  const { before, after, input = 'src/main.js', output = `{ dir: 'dist', format: 'es' }`, inputOptions = '', options = '' } = build
  const plugins = `plugins: [${[before, `bytenite({ ${options} })`, after].filter(Boolean).join(', ')}]`
  if (kind === 'vite') {
    return {
      'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
        export default { ${plugins}, build: { ssr: '${input}', emptyOutDir: false, rollupOptions: { ${inputOptions} output: ${output} } } }`,
    }
  }
  return {
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      export default { ${plugins}, input: '${input}', ${inputOptions} output: ${output} }`,
  }
}
