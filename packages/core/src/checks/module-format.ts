import { hasSince, type NodeImage } from '../manifest/image.js'
import type { Finding } from './codes.js'
import type { GraphModule, ModuleGraph } from '../modules/graph.js'
import { isOwnPath, type CommonJsNeed } from '../modules/syntax.js'
import type { PackageTypes } from '../modules/package-types.js'

/** Since when Node looks at the syntax of a `.js` file of which no package.json says what it is. */
const DETECTS_SYNTAX = [
  { major: 20, minor: 19 },
  { major: 22, minor: 7 },
] as const

const PATH_REMEDY =
  'Write import.meta.dirname or import.meta.filename in your own code; a package that needs it looks for files of its own, which are not in the bundle: ' +
  'use another one, or leave it out of the bundle and copy it into a node_modules of the output.'

/** Files whose syntax is not what their name and their package.json say. */
export function findWrongFormats({ modules }: ModuleGraph, types: PackageTypes, image: NodeImage | undefined): Finding[] {
  return [...modules.values()].flatMap((module) => {
    const problem = problemOf(module, types, image)
    return problem === undefined ? [] : [{ ...problem, code: 'module-format', message: `${module.chain.join(' → ')} ${problem.message}` }]
  })
}

type Problem = Omit<Finding, 'code'>

function problemOf({ path, syntax }: GraphModule, types: PackageTypes, image: NodeImage | undefined): Problem | undefined {
  const { isEsModule, commonJsNeed: need } = syntax
  const governor = path.endsWith('.js') ? types.of(path) : undefined
  const said = governor === undefined ? '' : `, by ${governor.path}`
  if (path.endsWith('.mjs') || governor?.type === 'module') {
    return (
      need &&
      lacking(need, `needs "${need.name}", which an ES module does not have; it is one${path.endsWith('.mjs') ? ', by its name' : said}.`)
    )
  }
  if (!isEsModule) return undefined
  const lack = need && lacking(need, `is an ES module and needs "${need.name}", which an ES module does not have.`)
  if (lack?.isUncertain === false) return lack
  if (path.endsWith('.cjs')) return { message: 'is an ES module, and CommonJS by its name.' }
  if (governor?.type === 'commonjs') return { message: `is an ES module, and CommonJS${said}.` }
  if (governor?.type === undefined && image !== undefined && !hasSince(image.node, DETECTS_SYNTAX)) {
    return { message: `is an ES module, which Node ${image.node.major} takes a .js file for only if a package.json says so.` }
  }
  return lack
}

function lacking({ name, isUncertain = false }: CommonJsNeed, message: string): Problem {
  return { message, isUncertain, ...(isOwnPath(name) && { remedy: PATH_REMEDY }) }
}
