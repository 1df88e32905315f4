import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory, which is gone when this process ends, for whatever reason. */
export function temporaryDirectory() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'bytenite-bench-')))
  // A process that was just killed may still write.
  process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }))
  return directory
}
