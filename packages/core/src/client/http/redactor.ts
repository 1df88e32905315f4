const REPLACEMENT = '[secret]'

/** Shorter ones are in every other text by chance; nobody issues them. */
const MIN_LENGTH = 8

/** Takes known secrets out of texts that come from elsewhere, in the spellings in which a server may echo them. */
export class Redactor {
  readonly #spellings = new Set<string>()

  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < MIN_LENGTH) return
    for (const spelling of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
      this.#spellings.add(spelling)
    }
  }

  redact(text: string): string {
    let redacted = text
    for (const spelling of this.#spellings) redacted = redacted.replaceAll(spelling, REPLACEMENT)
    return redacted
  }
}
