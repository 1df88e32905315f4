import type { Inspect } from '../archive/reader.js'
import type { Finding } from './codes.js'
import { createLeakSearch, type KnownSecret } from './leak-search.js'
import { SecretContents } from './secret-contents.js'
import { ShebangLines } from './shebang-lines.js'

/** Checks that need the content of every file. They run while the archive is read. */
export interface Inspection {
  inspect: Inspect
  /** Complete once the archive has been read. */
  findings(): Finding[]
}

/** @param secrets credentials that must not be in any packed file */
export function createInspection(secrets: readonly KnownSecret[]): Inspection {
  const searchLeaks = createLeakSearch(secrets)
  const contents = new SecretContents()
  const shebangs = new ShebangLines()
  return {
    inspect(...piece) {
      searchLeaks?.(...piece)
      contents.inspect(...piece)
      shebangs.inspect(...piece)
    },
    findings: () => [...shebangs.findings, ...contents.findings],
  }
}
