import type { Inspect } from '../archive/reader.js'
import type { Finding } from './codes.js'

/** Bytes. Code and configuration with a secret in it are smaller; a larger file is data. */
const MAX_FILE_SIZE = 1_000_000
/** Bytes in which binary files have a NUL, as a rule. */
const SAMPLE_SIZE = 8_000
/** Findings after which a file is not searched any further. */
const MAX_FINDINGS = 5

interface Kind {
  what: string
  pattern: RegExp
}

/**
 * Private keys from BEGIN to END, and tokens whose form is unmistakable and whose publication is always a mistake. What is
 * public by design, such as publishable keys, is not here.
 */
const KINDS: readonly Kind[] = [
  {
    what: 'a private key',
    // Line breaks may be escaped, as in JSON or a string of code.
    pattern:
      /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=:,\-\s]|\\[nrt]|["'`+]){100,}?-----END (?:[A-Z]+ )*PRIVATE KEY/g,
  },
  { what: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { what: 'a GitHub token', pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b/g },
  { what: 'a GitLab token', pattern: /\bgl(?:pat|ptt|dt|rt|soat|cbt)-[A-Za-z0-9_-]{20,}\b/g },
  { what: 'a Slack token', pattern: /\bxox[abeoprs]-\d{8,}-[A-Za-z0-9-]{16,}\b/g },
  { what: 'a secret key of Stripe', pattern: /\b[rs]k_live_[A-Za-z0-9]{24,}\b/g },
  {
    what: 'an AWS access key with its secret',
    pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b[^]{1,120}?(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g,
  },
]

/** One look for all of them: nearly every file has none of these. */
const BEGINNINGS = /PRIVATE KEY|npm_|gh[opsur]_|github_pat_|gl(?:pat|ptt|dt|rt|soat|cbt)-|xox[abeoprs]-|[rs]k_live_|AKIA|ASIA/

/** Finds secrets of others, which no list of credentials in use knows, in the content of text files. */
export class SecretContents {
  readonly findings: Finding[] = []
  #pieces: Buffer[] = []

  readonly inspect: Inspect = ({ name, size }, piece, position) => {
    if (size > MAX_FILE_SIZE || name === 'manifest.json') return
    if (position === 0 && piece.length === size) {
      if (isText(piece)) this.#search(name, piece)
      return
    }
    if (position === 0) this.#pieces = []
    // The memory is only lent.
    this.#pieces.push(Buffer.from(piece))
    if (position + piece.length < size) return
    const whole = Buffer.concat(this.#pieces)
    this.#pieces = []
    if (isText(whole)) this.#search(name, whole)
  }

  #search(name: string, content: Buffer): void {
    const text = content.toString('latin1')
    if (!BEGINNINGS.test(text)) return
    let found = 0
    for (const { what, pattern } of KINDS) {
      for (const match of text.matchAll(pattern)) {
        if (isExample(match[0])) continue
        if (++found > MAX_FINDINGS) return
        const line = text.slice(0, match.index).split('\n').length
        this.findings.push({
          code: 'secret-content',
          message: `${name.replace(/^app\//, '')} contains what looks like ${what} in line ${line}.`,
        })
      }
    }
  }
}

function isText(content: Buffer): boolean {
  return !content.subarray(0, SAMPLE_SIZE).includes(0)
}

/** Documentation and placeholders: they say so, or hardly vary. */
function isExample(text: string): boolean {
  if (/example|placeholder|your[-_]|dummy|redacted|x{6}|0{10}|abcdefghij/i.test(text)) return true
  const body = text.replace(/-----[^-]*-----|\\[nrt]|\s/g, '')
  return new Set(body).size < 12
}
