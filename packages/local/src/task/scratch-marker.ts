import { writeFileSync } from 'node:fs'
import { constants, lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
import {
  currentOrigin,
  currentProcess,
  isRunning,
  isSameOrigin,
  type ProcessIdentity,
  type ProcessOrigin,
} from 'bytenite-uploader/internal'

const NAME = 'bytenite-local.json'

/** The content of a marker file: which process uses the directory. */
interface Marker extends ProcessIdentity, ProcessOrigin {
  /** Tells the directory from a copy of it. */
  directory: string
}

/** Marks a directory as one that this process uses. */
export function markDirectory(directory: string): void {
  const marker: Marker = { directory, ...currentProcess(), ...currentOrigin() }
  writeFileSync(join(directory, NAME), JSON.stringify(marker), { mode: 0o600 })
}

/**
 * Whether a directory was marked by a process of this user that does not run any more. Where that is uncertain, such as
 * for another machine, the process counts as running.
 */
export async function isAbandoned(directory: string): Promise<boolean> {
  const origin = currentOrigin()
  const status = await lstat(directory)
  if (!status.isDirectory() || (origin.uid !== undefined && status.uid !== origin.uid)) return false
  const marker = await readMarker(join(directory, NAME))
  return marker?.directory === directory && isSameOrigin(marker, origin) && !isRunning(marker)
}

/** `undefined` if there is no complete marker, or something else in its place. */
async function readMarker(path: string): Promise<Marker | undefined> {
  // `O_NONBLOCK`: a pipe in its place must not block.
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)).catch(
    (error: NodeJS.ErrnoException) => {
      if (['ENOENT', 'ELOOP', 'ENXIO'].includes(error.code ?? '')) return undefined
      throw error
    },
  )
  if (file === undefined) return undefined
  try {
    const status = await file.stat()
    if (!status.isFile()) return undefined
    const marker = JSON.parse(await file.readFile('utf8')) as Partial<Marker> | null
    return Number.isInteger(marker?.pid) ? (marker as Marker) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  } finally {
    await file.close()
  }
}
