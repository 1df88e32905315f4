import { compareBytes } from '../utils/byte-order.js'
import type { ModuleGraph } from './graph.js'
import { readModuleKind } from './module-kind.js'
import { PackageTypes } from './package-types.js'
import type { SelectedFile } from '../output/selected-file.js'

const CONTENT = Buffer.from('{"type":"module"}\n')
const PATH = 'package.json'

/** Files that are parsed at most. With more of them, nothing is added. */
const MAX_LOOKED_INTO = 200

/**
 * Adds a `package.json` with `"type": "module"` to the archive (not to the output), so that every Node loads `.js` files
 * as ES modules, wherever the archive is extracted. Only if the entrypoint is an ES module in a `.js` file without a
 * package.json above it, and no other such file is a CommonJS module.
 */
export function withModuleType(
  files: readonly SelectedFile[],
  entrypoint: string,
  graph: ModuleGraph | undefined,
  types: PackageTypes,
): readonly SelectedFile[] {
  const isUngoverned = (path: string): boolean => path.endsWith('.js') && types.of(path) === undefined
  if (!isUngoverned(entrypoint)) return files
  const kindOf = (file: SelectedFile | undefined): ReturnType<typeof readModuleKind> =>
    graph?.modules.get(file?.path ?? '')?.syntax ?? readModuleKind(file)
  if (kindOf(files.find(({ path }) => path === entrypoint))?.isEsModule !== true) return files
  const ungoverned = files.filter(({ path }) => isUngoverned(path))
  if (ungoverned.length > MAX_LOOKED_INTO) return files
  for (const file of ungoverned) {
    const kind = kindOf(file)
    if (kind !== undefined && !kind.isEsModule && kind.commonJsNeed !== undefined) return files
  }
  const added: SelectedFile = { path: PATH, size: CONTENT.length, content: CONTENT }
  return [...files, added].toSorted((a, b) => compareBytes(a.path, b.path))
}
