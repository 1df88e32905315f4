import { type AnyNode, type Node } from 'acorn'
import { fullAncestor } from 'acorn-walk'
import type { ModuleOf } from './modules/definitions.js'
import { FileReferences, namesFiles, type FileReference, type Span } from './modules/file-references.js'
import { parseDecisive } from './modules/parse.js'

/** Only for this project's own packages. Not covered by semantic versioning: it may change in any release. */
export type { FileReference, Span } from './modules/file-references.js'
export type { FileUse } from './modules/file-uses.js'
export { looksSecret } from './output/secret-files.js'

/** What paths start from. */
const OWN_WORDS: ReadonlySet<string> = new Set(['import', 'createRequire', '__dirname', '__filename'])

/**
 * Finds the files that a chunk names by their places beside its modules.
 * @param parse the bundler's parser; called if only the whole code can tell
 * @param moduleOf the modules of the chunk, by offset
 * @returns in the order of the code
 */
export function findFileReferences(code: string, parse: (code: string) => object, moduleOf: ModuleOf): FileReference[] {
  if (!namesFiles(code)) return []
  const { program, offsetOf } = parseDecisive(code, OWN_WORDS, false) ?? {
    program: parse(code) as Node,
    offsetOf: (offset: number) => offset,
  }
  const references = FileReferences.in(
    code,
    () => false,
    (offset) => moduleOf(offsetOf(offset)),
  )
  fullAncestor(program, (node, _state, ancestors) => references?.visit(node as AnyNode, ancestors as AnyNode[]))
  const spanOf = ({ start, end }: Span): Span => ({ start: offsetOf(start), end: offsetOf(end - 1) + 1 })
  return (references?.read() ?? []).map(({ start, end, origin, parts, base, ...reference }) =>
    Object.assign(reference, spanOf({ start, end }), {
      origin: offsetOf(origin),
      parts: spanOf(parts),
      base: base && spanOf(base),
    }),
  )
}
