import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../utils/atomic-write.js'

/** What tells the workers of a platform from those of others on the same cluster: letters and digits, kept in its directory. */
export function readOwner(directory: string): string {
  const file = join(directory, 'owner')
  if (!existsSync(file)) writeFileAtomically(file, randomBytes(5).toString('hex'))
  return readFileSync(file, 'utf8')
}
