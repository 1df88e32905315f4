/**
 * A `renderChunk` hook.
 * @returns the changed code and its source map, as JSON; `null` if the chunk stays as it is
 */
export type AddShebang = (code: string, chunk: { isEntry: boolean }) => Promise<{ code: string; map: string } | null>

/**
 * Puts a `#!` line at the start of entry chunks, so that the platform can start the file with an interpreter or by executing it.
 * Not an output banner: an entry with a `#!` line of its own would have two, which is a syntax error.
 */
export const addShebang: AddShebang = async (code, chunk) => {
  if (!chunk.isEntry || code.startsWith('#!')) return null
  // Loaded by a build that needs it, not by every config.
  const { MagicString } = await import('magic-string')
  const edited = new MagicString(code).prepend('#!/usr/bin/env node\n')
  return { code: edited.toString(), map: edited.generateMap({ hires: 'boundary' }).toString() }
}
