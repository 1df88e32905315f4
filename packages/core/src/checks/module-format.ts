import { hasSince, type NodeImage } from '../image.js'
import type { Finding } from './codes.js'
import type { GraphModule, ModuleGraph } from './module-graph.js'
import { isOwnPath } from './module-syntax.js'
import type { PackageTypes } from './package-types.js'

/** Since when Node looks at the syntax of a `.js` file of which no package.json says what it is. */
const DETECTS_SYNTAX = [{ major: 20, minor: 19 }, { major: 22, minor: 7 }] as const

const PATH_REMEDY =
  'Write import.meta.dirname or import.meta.filename in your own code; a package that needs it looks for files of its own, which are not in the bundle: ' +
  'use another one, or leave it out of the bundle and copy it into a node_modules of the output.'

/** Files whose syntax is not what their name and their package.json say. */
export function findWrongFormats({ modules }: ModuleGraph, types: PackageTypes, image: NodeImage | undefined): Finding[] {
  return [...modules.values()].flatMap((module) => {
    const problem = problemOf(module, types, image)
    if (problem === undefined) return []
    const { name = '', isUncertain = false } = module.syntax.commonJsNeed ?? {}
    return [{ code: 'module-format', message: `${module.chain.join(' → ')} ${problem}`, isUncertain, ...(isOwnPath(name) && { remedy: PATH_REMEDY }) }]
  })
}

function problemOf({ path, syntax }: GraphModule, types: PackageTypes, image: NodeImage | undefined): string | undefined {
  const { isEsModule, commonJsNeed } = syntax
  const governor = path.endsWith('.js') ? types.of(path) : undefined
  const said = governor === undefined ? '' : `, by ${governor.path}`
  if (path.endsWith('.mjs') || governor?.type === 'module') {
    return commonJsNeed === undefined ? undefined : `needs "${commonJsNeed.name}", which an ES module does not have; it is one${path.endsWith('.mjs') ? ', by its name' : said}.`
  }
  if (!isEsModule) return undefined
  if (commonJsNeed !== undefined) return `is an ES module and needs "${commonJsNeed.name}", which an ES module does not have.`
  if (path.endsWith('.cjs')) return 'is an ES module, and CommonJS by its name.'
  if (governor?.type === 'commonjs') return `is an ES module, and CommonJS${said}.`
  if (governor?.type === undefined && image !== undefined && !hasSince(image.node, DETECTS_SYNTAX)) {
    return `is an ES module, which Node ${image.node.major} takes a .js file for only if a package.json says so.`
  }
  return undefined
}
