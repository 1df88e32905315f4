import { hasSince, type NodeImage } from '../image.js'
import type { Finding } from './codes.js'
import type { GraphModule, ModuleGraph } from './module-graph.js'
import type { PackageTypes } from './package-types.js'

/** Since when Node looks at the syntax of a `.js` file of which no package.json says what it is. */
const DETECTS_SYNTAX = [{ major: 20, minor: 19 }, { major: 22, minor: 7 }] as const

/** Files whose syntax is not what their name and their package.json say. */
export function findWrongFormats({ modules }: ModuleGraph, types: PackageTypes, image: NodeImage | undefined): Finding[] {
  return [...modules.values()].flatMap((module) => {
    const problem = problemOf(module, types, image)
    return problem === undefined ? [] : [{ code: 'module-format', message: `${module.chain.join(' → ')} ${problem}` }]
  })
}

function problemOf({ path, syntax }: GraphModule, types: PackageTypes, image: NodeImage | undefined): string | undefined {
  const { isEsModule, needsCommonJs } = syntax
  const governor = path.endsWith('.js') ? types.of(path) : undefined
  const said = governor === undefined ? '' : `, by ${governor.path}`
  if (path.endsWith('.mjs') || governor?.type === 'module') {
    return needsCommonJs ? `needs "require", "module" or "exports", which an ES module does not have; it is one${path.endsWith('.mjs') ? ', by its name' : said}.` : undefined
  }
  if (!isEsModule) return undefined
  if (needsCommonJs) return 'is an ES module and calls "require", which an ES module does not have.'
  if (path.endsWith('.cjs')) return 'is an ES module, and CommonJS by its name.'
  if (governor?.type === 'commonjs') return `is an ES module, and CommonJS${said}.`
  if (governor?.type === undefined && image !== undefined && !hasSince(image.node, DETECTS_SYNTAX)) {
    return `is an ES module, which Node ${image.node.major} takes a .js file for only if a package.json says so.`
  }
  return undefined
}
