/** A project of Vite that is built with the plugin and without it. */

/**
 * @typedef {object} BuildProject
 * @property {'hello-world' | 'large'} name
 * @property {string} source of its entry, `src/main.js`
 * @property {readonly Variant['name'][]} variants
 * @property {number} rounds how often each variant is measured
 */

/**
 * @typedef {object} Variant
 * @property {'without' | 'packed' | 'unchecked' | 'up to date' | 'published'} name
 * @property {string} description
 */

/** @type {readonly Variant[]} */
export const variants = [
  { name: 'without', description: '`vite build` without the plugin' },
  { name: 'packed', description: 'with it: checked, packed and hashed' },
  { name: 'unchecked', description: 'the same with `checks: false`' },
  { name: 'published', description: 'with it, and the app is published to a local platform' },
  { name: 'up to date', description: 'with it, and the platform has this app already' },
]

/** Packages of this repository that are large, with their maps more than 20 MB. */
const LARGE = [
  'typescript',
  'prettier',
  ...[
    'acorn',
    'angular',
    'babel',
    'estree',
    'flow',
    'glimmer',
    'graphql',
    'html',
    'markdown',
    'meriyah',
    'postcss',
    'typescript',
    'yaml',
  ].map((name) => `prettier/plugins/${name}`),
  'undici',
  'archiver',
  'tar',
  'tar-fs',
  'ajv',
  'fast-check',
]

/** @type {readonly BuildProject[]} */
export const projects = [
  {
    name: 'hello-world',
    source: "console.log('hello world')\n",
    // What is published first is up to date afterwards.
    variants: ['without', 'packed', 'published', 'up to date'],
    rounds: 15,
  },
  {
    name: 'large',
    source: [
      ...LARGE.map((name, index) => `import * as package${index} from '${name}'`),
      `console.log([${LARGE.map((_, index) => `package${index}`).join(', ')}])\n`,
    ].join('\n'),
    variants: ['without', 'packed', 'unchecked'],
    rounds: 7,
  },
]

/** The config of all variants. Everything is in it in each of them, but for the plugin. */
export const config = `
const variant = process.env.BENCH_VARIANT
const { bytenite } = variant === 'without' ? {} : await import('vite-plugin-bytenite')
const isPublished = variant === 'up to date' || variant === 'published'

export default {
  logLevel: 'info',
  ssr: { noExternal: true },
  build: { ssr: 'src/main.js', sourcemap: true, rollupOptions: { onwarn() {} } },
  plugins: bytenite && [
    bytenite({
      manifest: { name: 'bench', version: '1.0', platformConfig: { container: 'node:22-slim' } },
      template: false,
      publish: isPublished,
      ...(variant === 'unchecked' && { checks: false }),
    }),
  ],
}
`
