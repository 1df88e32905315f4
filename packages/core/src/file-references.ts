import { type AnyNode, type Node } from 'acorn'
import { fullAncestor } from 'acorn-walk'
import type { ModuleOf } from './modules/definitions.js'
import { FileReferences, type FileReference } from './modules/file-references.js'

/** Only for this project's own packages. Not covered by semantic versioning: it may change in any release. */
export type { FileReference, Span } from './modules/file-references.js'
export type { FileUse } from './modules/file-uses.js'
export { looksSecret } from './output/secret-files.js'

/**
 * Finds the files that a chunk names by their places beside its modules.
 * @param parse the bundler's parser; called only if there may be such files
 * @param moduleOf the modules of the chunk, by offset
 * @returns in the order of the code
 */
export function findFileReferences(code: string, parse: (code: string) => object, moduleOf: ModuleOf): FileReference[] {
  const references = FileReferences.in(code, () => false, moduleOf)
  if (references === undefined) return []
  fullAncestor(parse(code) as Node, (node, _state, ancestors) => references.visit(node as AnyNode, ancestors as AnyNode[]))
  return references.read()
}
