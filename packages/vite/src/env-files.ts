import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The first bytes of a file in an encoding in which Vite does not find the variables; some editors of Windows save so. */
const MARKS: readonly [encoding: string, start: string][] = [
  ['UTF-8 with a byte order mark', 'efbbbf'],
  ['UTF-16', 'fffe'],
  ['UTF-16', 'feff'],
]

/** The `.env` files of a mode whose variables cannot all be read, with their encodings. */
export function findMisencodedFiles(directory: string, mode: string): { file: string; encoding: string }[] {
  return ['.env', '.env.local', `.env.${mode}`, `.env.${mode}.local`].flatMap((name) => {
    const file = join(directory, name)
    const start = startOf(file)
    const encoding = MARKS.find(([, mark]) => start.startsWith(mark))?.[0]
    return encoding === undefined ? [] : [{ file, encoding }]
  })
}

function startOf(file: string): string {
  try {
    return readFileSync(file).toString('hex', 0, 3)
  } catch {
    // Most of them do not exist. Vite reports what else is wrong with one.
    return ''
  }
}
