import type { Inspect } from '../archive/reader.js'
import type { Finding } from './codes.js'
import { LeakSearch, type KnownSecret } from './leak-search.js'
import { SecretContents } from './secret-contents.js'
import { ShebangLines } from './shebang-lines.js'

/** Checks that need the content of every file. They run while the archive is read, once. */
export interface Inspection {
  /** @throws {ByteNiteError} `SECRET_FOUND` */
  inspect: Inspect
  /** Bytes at the end of what was read in which a credential may begin that is only recognised by what follows. */
  overlap: number
  /** Complete once the archive has been read. */
  findings(): Finding[]
}

/**
 * @param secrets credentials that must not be in any packed file
 * @param outcome what finding one means for the upload, as a sentence of the error
 */
export function createInspection(secrets: readonly KnownSecret[], outcome: string): Inspection {
  const leaks = new LeakSearch(secrets, outcome)
  const contents = new SecretContents()
  const shebangs = new ShebangLines()
  return {
    inspect(...piece) {
      leaks.inspect(...piece)
      contents.inspect(...piece)
      shebangs.inspect(...piece)
    },
    overlap: leaks.overlap,
    findings: () => [...shebangs.findings, ...contents.findings],
  }
}
