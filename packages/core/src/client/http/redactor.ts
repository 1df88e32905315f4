import { base64SpellingsOf, spellingsOf } from '../../utils/secret-spellings.js'

const REPLACEMENT = '[secret]'

/** Shorter values appear in many texts by chance, and are never issued as secrets. */
const MIN_LENGTH = 8
const MIN_ENCODED_LENGTH = 12

/** Removes known secrets from foreign text, in every encoding in which a server may echo them. */
export class Redactor {
  readonly #spellings = new Set<string>()

  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < MIN_LENGTH) return
    for (const spelling of spellingsOf(secret)) this.#spellings.add(spelling)
    // The encoding of less would match other texts by chance.
    if (secret.length >= MIN_ENCODED_LENGTH) for (const spelling of base64SpellingsOf(secret)) this.#spellings.add(spelling)
  }

  redact(text: string): string {
    let redacted = text
    for (const spelling of this.#spellings) redacted = redacted.replaceAll(spelling, REPLACEMENT)
    return redacted
  }
}
