import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listFiles } from '../../utils/list-files.js'
import { inParallel } from '../../utils/in-parallel.js'
import type { Job } from '../kept/job.js'
import { copyForWriting, linkOrCopy } from './link-or-copy.js'
import { nameResults } from './result-names.js'

/** Files that are worked on at once. */
const AT_ONCE = 8

/**
 * Brings the results of all tasks together in one directory.
 * @param mode `copy` if a program may change them
 */
export async function collectTaskResults(job: Job, to: string, mode: 'copy' | 'link'): Promise<void> {
  const place = mode === 'copy' ? copyForWriting : linkOrCopy
  const chunks = Array.from({ length: job.stored.record.numChunks }, (_, chunk) => chunk)
  const paths: string[][] = []
  await inParallel(chunks, AT_ONCE, async (chunk) => {
    paths[chunk] = await listFiles(job.folder.results(chunk))
  })
  const named = nameResults(paths.flatMap((own, chunk) => own.map((path) => ({ chunk, path }))))
  const directories = new Set<string>()
  await inParallel(named, AT_ONCE, async ([name, { chunk, path }]) => {
    const target = join(to, name)
    const directory = dirname(target)
    if (!directories.has(directory)) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      directories.add(directory)
    }
    await place(join(job.folder.results(chunk), path), target)
  })
}
