import { ByteNiteError } from '../errors.js'
import { formatBytes } from '../utils/format.js'

/** Upper limits of an output. */
export interface SizeLimits {
  maxBytes: number
  maxFiles: number
}

interface SizedFile {
  /** Relative, with `/` separators. */
  path: string
  /** Bytes. */
  size: number
}

/**
 * Catches accidental publishes, before any file is read.
 * @throws {ByteNiteError} `TOO_LARGE`, listing the largest folders
 */
export function checkLimits(files: readonly SizedFile[], { maxBytes, maxFiles }: SizeLimits): void {
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const problem =
    bytes > maxBytes
      ? `The output is ${formatBytes(bytes)} (${formatBytes((bytes * 4) / 3)} once encoded for the upload), but the option "maxBytes" allows ${formatBytes(maxBytes)}.`
      : files.length > maxFiles
        ? `The output has ${files.length} files, but the option "maxFiles" allows ${maxFiles}.`
        : undefined
  if (problem === undefined) return
  throw new ByteNiteError('TOO_LARGE', `${problem} Largest folders:`, {
    details: largestFolders(files),
    hint: 'Skip files that a task does not need with the option "exclude", or raise the limit.',
  })
}

interface Folder {
  bytes: number
  files: number
}

const MAX_FOLDERS = 10

/** One line for each of the largest folders, two levels deep at most. */
function largestFolders(files: readonly SizedFile[]): string[] {
  const folders = new Map<string, Folder>()
  for (const { path, size } of files) {
    const name = path.split('/').slice(0, -1).slice(0, 2).join('/') || '.'
    const folder = folders.get(name) ?? { bytes: 0, files: 0 }
    folder.bytes += size
    folder.files += 1
    folders.set(name, folder)
  }
  const largest = [...folders].toSorted(([, a], [, b]) => b.bytes - a.bytes).slice(0, MAX_FOLDERS)
  return largest.map(([name, folder]) => `  ${name}: ${formatBytes(folder.bytes)} in ${folder.files} files`)
}
