import { posix } from 'node:path'
import { hasSince, type NodeImage } from '../manifest/image.js'
import type { Finding } from './codes.js'
import type { GraphModule, ModuleGraph } from '../modules/graph.js'
import { isOwnPath } from '../modules/nodes.js'
import type { PackageTypes } from '../modules/package-types.js'
import type { CommonJsNeed } from '../modules/syntax.js'

/** The first versions of Node that detect ES module syntax in a `.js` file without a `type` in package.json. */
const DETECTS_SYNTAX = [
  { major: 20, minor: 19 },
  { major: 22, minor: 7 },
] as const

const PATH_REMEDY =
  'In your own code, use import.meta.dirname or import.meta.filename. A package that uses it looks for its own files, ' +
  'which are not in the bundle. Use another package, or exclude it from the bundle and copy it into a node_modules folder of the output.'

/** Finds files whose syntax contradicts their extension or their package.json. */
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
  const decider = governor === undefined ? `its ${posix.extname(path)} extension` : governor.path
  if (path.endsWith('.mjs') || governor?.type === 'module') {
    return need && lacking(need, `uses "${need.name}", which ES modules do not have (${decider} makes it one).`)
  }
  if (!isEsModule) return undefined
  const lack = need && lacking(need, `is an ES module, but uses "${need.name}", which ES modules do not have.`)
  if (lack?.isUncertain === false) return lack
  if (path.endsWith('.cjs') || governor?.type === 'commonjs') {
    return { message: `uses ES module syntax, but ${decider} makes it CommonJS.` }
  }
  if (governor?.type === undefined && image !== undefined && !hasSince(image.node, DETECTS_SYNTAX)) {
    return { message: `is an ES module, but Node ${image.node.major} treats .js as CommonJS unless a package.json sets "type": "module".` }
  }
  return lack
}

function lacking({ name, isUncertain = false }: CommonJsNeed, message: string): Problem {
  return { message, isUncertain, ...(isOwnPath(name) && { remedy: PATH_REMEDY }) }
}
