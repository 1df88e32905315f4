import { readSelected, type SelectedFile } from '../output/selected-file.js'
import { MAX_SIZE, readSyntax } from './read-file.js'
import type { ModuleSyntax } from './syntax.js'

/** Bytes. Less is parsed in no time. */
const SHORT = 100_000
/** Bytes at either end of a file in which its imports or exports are looked for. */
const LOOKED_AT = 64_000

const COMMENT = String.raw`\/\/[^\n]*\n|\/\*[^]*?\*\/`
/** An import with only comments before it. */
const IMPORT_AT_START = new RegExp(String.raw`^(?:#![^\n]*\n)?(?:\s|${COMMENT})*import(?:\s*['"{*]|\s+[\w$]+(?:\s*,|\s+from\b))`)
/** Exports with only comments behind them, in which no text or comment ends that began before. */
const EXPORT_AT_END = /\n([^\n]*[;}]|)export\s*\{[^{}'"`*/]*\};?\s*(?:\/\/[^\n'"`*]*\s*)*$/

/**
 * Whether a file is an ES module, and if not, whether it has to be CommonJS. Large bundles are not parsed if they begin with an
 * import or end with exports.
 * @returns `undefined` if it cannot be told
 */
export function readModuleKind(file: SelectedFile | undefined): Pick<ModuleSyntax, 'isEsModule' | 'commonJsNeed'> | undefined {
  const isLarge = file?.source !== undefined && file.size > SHORT && file.size <= MAX_SIZE
  const isModule = isLarge && isModuleForCertain(readSelected(file))
  return isModule ? { isEsModule: true, commonJsNeed: undefined } : readSyntax(file)
}

function isModuleForCertain(code: Buffer): boolean {
  if (IMPORT_AT_START.test(code.toString('latin1', 0, LOOKED_AT))) return true
  const [, before] = EXPORT_AT_END.exec(code.subarray(-LOOKED_AT).toString('latin1')) ?? []
  return before !== undefined && !/[/'"`*]/.test(before)
}
