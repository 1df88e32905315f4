import type { Inspect } from '../archive/reader.js'
import type { Finding } from './codes.js'

/** Finds scripts that cannot start because their `#!` line ends with CRLF: the system would look for `node\r`. */
export class ShebangLines {
  readonly findings: Finding[] = []

  readonly inspect: Inspect = ({ name }, piece, position) => {
    if (position !== 0 || piece.toString('latin1', 0, 2) !== '#!') return
    const end = piece.indexOf('\n')
    if (end > 0 && piece[end - 1] === 0x0d) {
      this.findings.push({
        code: 'crlf-shebang',
        message: `The #! line of ${name.replace(/^app\//, '')} ends with CRLF, so the system cannot start it.`,
      })
    }
  }
}
