import { mkdirSync, renameSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { removeTree } from '../../utils/remove-tree.js'
import { acceptFiles, type AcceptedFiles } from '../files/accept-files.js'
import type { Job } from '../kept/job.js'
import { JobFailure } from '../job-failure.js'
import { showSize, type JobLimits } from '../limits.js'

const natural = new Intl.Collator('en', { numeric: true })

/** Orders paths as people do: `data_2` comes before `data_10`. */
export function compareNaturally(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : Number(a > b))
}

/** Files that are renamed without letting others have a turn. */
const SLICE = 200

/**
 * Makes every file that a partitioner wrote a chunk of the job.
 * @param directory of the attempt
 */
export async function keepChunks(
  from: string,
  directory: string,
  job: Job,
  limits: JobLimits,
  onWarning: (message: string) => void,
): Promise<AcceptedFiles> {
  const check = ({ paths, size }: AcceptedFiles): void => {
    if (paths.length > limits.chunks) throw new JobFailure(`it wrote ${paths.length} chunks, more than the limit of ${limits.chunks}`)
    if (size > limits.jobResults)
      throw new JobFailure(`its chunks are ${showSize(size)}, more than the limit of ${showSize(limits.jobResults)}`)
  }
  const [accepted, numbered] = [join(directory, 'accepted'), join(directory, 'numbered')]
  const { paths, size } = await acceptFiles(from, accepted, { staging: directory, onWarning, check })
  if (paths.length === 0) throw new JobFailure('it wrote no file to CHUNKS_DIR, so there is nothing to do')
  mkdirSync(numbered, { mode: 0o700 })
  for (const [chunk, path] of paths.toSorted(compareNaturally).entries()) {
    renameSync(join(accepted, path), join(numbered, String(chunk)))
    if (chunk % SLICE === SLICE - 1) await nextTurn()
  }
  await removeTree(job.folder.chunks)
  await rename(numbered, job.folder.chunks)
  return { paths, size }
}
