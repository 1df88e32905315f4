import { realpathSync } from 'node:fs'
import { identify, isSame, readSelected, type FileIdentity, type SelectedFile } from '../output/selected-file.js'
import { readModuleSyntax } from './read-syntax.js'
import type { ModuleSyntax } from './syntax.js'

/** Bytes. A larger file is probably data, and would take seconds to parse. */
export const MAX_SIZE = 20_000_000
/** Bytes. A smaller file takes no time to speak of. */
const LARGE = 500_000

interface ReadFile {
  identity: FileIdentity
  syntax: ModuleSyntax | undefined
}

/** What was read before it was needed, by the file's path. */
const readBefore = new Map<string, ReadFile>()

/** @returns `undefined` if the file is none that could be a module, or the parser does not understand it */
export function readSyntax(file: SelectedFile | undefined): ModuleSyntax | undefined {
  if (file?.source === undefined || file.size > MAX_SIZE) return undefined
  const before = readBefore.get(file.source)
  readBefore.delete(file.source)
  if (before !== undefined && file.identity !== undefined && isSame(before.identity, file.identity)) return before.syntax
  return readModuleSyntax(readSelected(file).toString('utf8'))
}

/**
 * Reads a file that will be packed soon, if that takes long enough to be worth it. If it has changed until then, or cannot be
 * read now, it is read when it is packed.
 * @param file absolute path
 */
export function readAhead(file: string): void {
  try {
    const source = realpathSync(file)
    const identity = identify(source)
    const { size } = identity
    if (size < LARGE) return
    const syntax = readSyntax({ path: '', source, size, identity })
    readBefore.set(source, { identity, syntax })
  } catch {
    // Whoever packs it will say so.
  }
}
