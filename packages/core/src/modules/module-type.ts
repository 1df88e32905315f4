import { compareBytes } from '../utils/byte-order.js'
import { readSyntax, type ModuleGraph } from './graph.js'
import { PackageTypes } from './package-types.js'
import type { SelectedFile } from '../output/selected-file.js'

const CONTENT = Buffer.from('{"type":"module"}\n')
const PATH = 'package.json'

/** Files that are looked into; with more of them, nothing is said about any. */
const MAX_LOOKED_INTO = 200

/**
 * Adds, in the archive only, the `package.json` by which Node takes `.js` files for ES modules, wherever the archive is
 * extracted and however old Node is: if the entrypoint is one, nothing in the output says what it is, and no file beside
 * or below it is a CommonJS module.
 */
export function withModuleType(
  files: readonly SelectedFile[],
  entrypoint: string,
  graph: ModuleGraph,
  types: PackageTypes,
): readonly SelectedFile[] {
  const isUngoverned = (path: string): boolean => path.endsWith('.js') && types.of(path) === undefined
  if (!isUngoverned(entrypoint) || graph.modules.get(entrypoint)?.syntax.isEsModule !== true) return files
  const ungoverned = files.filter(({ path }) => isUngoverned(path))
  if (ungoverned.length > MAX_LOOKED_INTO) return files
  for (const file of ungoverned) {
    const syntax = graph.modules.get(file.path)?.syntax ?? readSyntax(file)
    if (syntax !== undefined && !syntax.isEsModule && syntax.commonJsNeed !== undefined) return files
  }
  const added: SelectedFile = { path: PATH, size: CONTENT.length, content: CONTENT }
  return [...files, added].toSorted((a, b) => compareBytes(a.path, b.path))
}
