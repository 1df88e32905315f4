import type { NodeImage } from '../manifest/image.js'
import { hasSince, type NodeVersion } from '../manifest/image.js'
import type { Finding } from './codes.js'
import type { ModuleGraph, OutsideImport } from '../modules/graph.js'

/** Finds imports of neither a builtin nor a file of the archive. The container has nothing else. */
export function findMissingImports({ outside }: ModuleGraph, image: NodeImage | undefined): Finding[] {
  return unique(outside.filter(({ isBuiltin }) => !isBuiltin)).map(({ specifier, place, module, kind }) => ({
    code: 'missing-import',
    message: `${describe(module.chain, kind)} ${specifier.endsWith('.node') ? 'the native addon ' : ''}"${specifier}", which is not in the archive.`,
    // An unofficial image may include it.
    isUncertain: place !== 'module' || image === undefined,
  }))
}

/** The first versions of Node in which a builtin needs no flag. Builtins that every Node in use has are not listed. */
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

/** Finds builtins that the container's Node does not have yet. */
export function findNewerBuiltins({ outside }: ModuleGraph, image: NodeImage | undefined): Finding[] {
  if (image === undefined) return []
  const newer = outside.filter(({ isBuiltin, specifier, kind, place }) => {
    // This is how libraries load optional dependencies.
    if (kind === 'require' && place === 'function') return false
    const firsts = SINCE.get(specifier)
    return isBuiltin && firsts !== undefined && !hasSince(image.node, firsts)
  })
  return unique(newer).map(({ specifier, place, module, kind }) => ({
    code: 'newer-builtin',
    message: `${describe(module.chain, kind)} "${specifier}", which needs Node ${(SINCE.get(specifier) ?? []).map(({ major, minor }) => `${major}.${minor}`).join(' or ')}.`,
    isUncertain: place !== 'module',
  }))
}

/** `main.js → chunk.js imports`: the importer, and the imports that load it. */
function describe(chain: readonly string[], kind: OutsideImport['kind']): string {
  return `${chain.join(' → ')} ${kind === 'import' ? 'imports' : 'requires'}`
}

/** Keeps one import per name and module: the one most certain to run. */
function unique(imports: readonly OutsideImport[]): OutsideImport[] {
  const byName = new Map<string, OutsideImport>()
  for (const imported of imports) {
    const key = `${imported.module.path}\0${imported.specifier}`
    if (!byName.has(key) || imported.place === 'module') byName.set(key, imported)
  }
  return [...byName.values()]
}
