/** How a secret reads in plain text, and as JSON, URLs and HTML escape it; without duplicates. */
export function spellingsOf(secret: string): string[] {
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), escapeHtml(secret)])]
}

/** How a secret reads in base64, of either alphabet, whatever stands before and after it; without duplicates. */
export function base64SpellingsOf(secret: string): string[] {
  const encoded = [0, 1, 2].flatMap((before) => {
    const text = encodedAfter(before, secret)
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return [...new Set(encoded)]
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** The base64 characters that depend on the secret alone, if it follows this many bytes. */
function encodedAfter(before: number, secret: string): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
  return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
}
