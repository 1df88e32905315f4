import type { FileReference, Span } from 'bytenite-uploader/internal/file-references'
import type { Rendered } from './hooks.js'

/** A piece of code, and what replaces it. */
export interface Edit extends Span {
  text: string
}

/**
 * Makes a reference lead to another file.
 * @param name the file, relative to the chunk
 * @returns nothing if it does already
 */
export function redirect({ kind, path, parts, base }: FileReference, name: string, code: string): Edit[] {
  if (base !== undefined && path === name) return []
  const baseText = base === undefined ? `import.meta.${kind === 'url' ? 'url' : 'dirname'}` : code.slice(base.start, base.end)
  switch (kind) {
    case 'url':
      return [{ ...parts, text: `${JSON.stringify(urlOf(name))}, ${baseText}` }]
    case 'join':
    case 'resolve':
      return [{ ...parts, text: `${baseText}, ${JSON.stringify(name)}` }]
    case 'text':
      return [{ ...parts, text: `(${baseText} + ${JSON.stringify(`/${name}`)})` }]
  }
}

/** Applies edits that do not overlap. */
export async function applyEdits(edits: readonly Edit[], code: string): Rendered {
  if (edits.length === 0) return null
  // Loaded by a build that needs it, not by every config.
  const { MagicString } = await import('magic-string')
  const edited = new MagicString(code)
  for (const { start, end, text } of edits) edited.overwrite(start, end, text)
  return { code: edited.toString(), map: edited.generateMap({ hires: 'boundary' }).toString() }
}

function urlOf(path: string): string {
  return `./${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`
}
