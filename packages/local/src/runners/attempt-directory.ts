import { basename, join } from 'node:path'

/**
 * The directory of an attempt. What is left of a batch after a restart is recognised by it.
 * @param root the directory that has those of all attempts, an absolute path
 */
export function attemptDirectory(root: string, batchId: string, index: number): string {
  return join(root, `${batchId}.${index}`)
}

/**
 * @param directory such as {@link attemptDirectory} returned
 * @returns the ID of the batch; empty for something else
 */
export function batchOfDirectory(directory: string): string {
  const name = basename(directory)
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}
