import type { NodeImage } from '../manifest/image.js'
import { hasSince, type NodeVersion } from '../manifest/image.js'
import type { Finding } from './codes.js'
import type { ModuleGraph, OutsideImport } from '../modules/graph.js'

/** Imports that lead to no file of the archive and to no builtin: nothing else is in the container. */
export function findMissingImports({ outside }: ModuleGraph, image: NodeImage | undefined): Finding[] {
  return unique(outside.filter(({ isBuiltin }) => !isBuiltin)).map(({ specifier, place, module, kind }) => ({
    code: 'missing-import',
    message: `${describe(module.chain, kind)} "${specifier}", which is ${specifier.endsWith('.node') ? 'a native addon, and ' : ''}not in the archive.`,
    // An image that is not Node's own may have it.
    isUncertain: place !== 'module' || image === undefined,
  }))
}

/** Since which versions of Node a builtin needs no flag; those that every Node in use has are not here. */
const SINCE: ReadonlyMap<string, readonly NodeVersion[]> = new Map([
  [
    'node:sqlite',
    [
      { major: 22, minor: 13 },
      { major: 23, minor: 4 },
    ],
  ],
  [
    'node:sea',
    [
      { major: 20, minor: 12 },
      { major: 21, minor: 7 },
    ],
  ],
  ['node:test', [{ major: 18, minor: 0 }]],
  [
    'node:test/reporters',
    [
      { major: 18, minor: 17 },
      { major: 19, minor: 9 },
      { major: 20, minor: 0 },
    ],
  ],
])

/** Builtins that the container's Node does not have yet. */
export function findNewerBuiltins({ outside }: ModuleGraph, image: NodeImage | undefined): Finding[] {
  if (image === undefined) return []
  const newer = outside.filter(({ isBuiltin, specifier, kind, place }) => {
    // So libraries ask for what they can do without.
    if (kind === 'require' && place === 'function') return false
    const firsts = SINCE.get(specifier)
    return isBuiltin && firsts !== undefined && !hasSince(image.node, firsts)
  })
  return unique(newer).map(({ specifier, place, module, kind }) => ({
    code: 'newer-builtin',
    message: `${describe(module.chain, kind)} "${specifier}", which Node has since ${(SINCE.get(specifier) ?? []).map(({ major, minor }) => `${major}.${minor}`).join(' and ')}.`,
    isUncertain: place !== 'module',
  }))
}

/** `main.js → chunk.js imports`: who asks, and how it comes to be loaded. */
function describe(chain: readonly string[], kind: OutsideImport['kind']): string {
  return `${chain.join(' → ')} ${kind === 'import' ? 'imports' : 'requires'}`
}

/** One import of each name in each module: the most certain one. */
function unique(imports: readonly OutsideImport[]): OutsideImport[] {
  const byName = new Map<string, OutsideImport>()
  for (const imported of imports) {
    const key = `${imported.module.path}\0${imported.specifier}`
    if (!byName.has(key) || imported.place === 'module') byName.set(key, imported)
  }
  return [...byName.values()]
}
