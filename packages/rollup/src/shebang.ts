import type { SourceMap } from 'magic-string'

export type AddShebang = (code: string, chunk: { isEntry: boolean }) => Promise<{ code: string; map: SourceMap } | null>

/**
 * Lets the platform start the entry file either way, by an interpreter or by executing it.
 * Not an output banner: an entry with a `#!` line of its own would have two, which is a syntax error.
 */
export const addShebang: AddShebang = async (code, chunk) => {
  if (!chunk.isEntry || code.startsWith('#!')) return null
  // Loaded by a build that needs it, not by every config.
  const { MagicString } = await import('magic-string')
  const edited = new MagicString(code).prepend('#!/usr/bin/env node\n')
  return { code: edited.toString(), map: edited.generateMap({ hires: 'boundary' }) }
}
