import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../../refusal.js'
import { listFiles } from '../../utils/list-files.js'
import { removeTree } from '../../utils/remove-tree.js'
import { DEFAULT_NAME, safeFileName } from './file-name.js'
import type { Job } from '../kept/job.js'
import { copyForWriting, linkOrCopy } from './link-or-copy.js'
import { showSize } from '../limits.js'
import type { Services } from '../services/services.js'
import { downloadSource } from './url.js'
import type { StoredJob, Upload } from '../kept/stored-job.js'
import { writeStream } from './write-stream.js'

/** The one file of a job without data: a partitioner may need something to copy. */
const DUMMY = 'no data\n'

/** What the directories of uploads begin with. */
const UPLOAD = 'upload-'

function sourceDirectory({ folder, stored }: Job): string {
  return stored.upload === undefined ? folder.source : join(folder.directory, stored.upload.directory)
}

/**
 * Stores a file that somebody uploads for a job. It replaces an earlier one, if it arrives as a whole.
 * @param find the job, if it may have such a file now; called before and after
 */
export async function receiveUpload(
  find: () => Job,
  name: string | undefined,
  content: AsyncIterable<Buffer>,
  { staging, limits }: Services,
): Promise<void> {
  find()
  const directory = `${UPLOAD}${randomBytes(6).toString('hex')}`
  const temporary = join(staging, directory)
  const tooLarge = (): Refusal => new Refusal(413, `the file is larger than the limit of ${showSize(limits.source)}`)
  const fileName = safeFileName(name) ?? DEFAULT_NAME
  try {
    await mkdir(temporary, { mode: 0o700 })
    await writeStream(join(temporary, fileName), content, limits.source, tooLarge)
    const job = find()
    await rename(temporary, join(job.folder.directory, directory))
  } catch (error) {
    await removeTree(temporary)
    throw error
  }
  const job = find()
  const { upload: earlier } = job.stored
  job.update({ ...job.stored, upload: { directory, name: fileName, isConfirmed: false } })
  if (earlier !== undefined) await removeTree(join(job.folder.directory, earlier.directory))
}

/** @throws {Refusal} 400 if no file was uploaded */
export function requireUpload({ record: { id }, upload }: StoredJob): Upload {
  if (upload !== undefined) return upload
  throw new Refusal(400, `no file was uploaded for job ${id}. Upload it to the address in dataSource.params.tempUrl first`)
}

/** Gets the source's files, unless they are here. */
export async function fetchSource(job: Job, { staging, limits }: Services, signal: AbortSignal): Promise<void> {
  const { upload, login, record } = job.stored
  if (upload !== undefined || (await listFiles(job.folder.source)).length > 0) return
  const { dataSourceDescriptor, params = {} } = record.dataSource ?? { dataSourceDescriptor: 'bypass' }
  await fillDirectory(join(staging, `source-${job.id}`), job.folder.source, async (directory) => {
    if (dataSourceDescriptor !== 'url') return writeFile(join(directory, DEFAULT_NAME), DUMMY)
    const file = join(directory, '.download')
    const { url, name } = params as { url: string; name?: unknown }
    const source = { url, login, name: typeof name === 'string' ? name : undefined }
    const found = await downloadSource(source, { file, limit: limits.source, time: limits.sourceTime, signal })
    await rename(file, join(directory, found))
  })
}

/** Copies the source's files to where a partitioner may change them. */
export async function copySource(job: Job, to: string): Promise<void> {
  const from = sourceDirectory(job)
  for (const path of await listFiles(from)) await copyForWriting(join(from, path), join(to, path))
}

/** Makes each file of the source a chunk. */
export async function useSourceAsChunks(job: Job, { staging }: Services): Promise<void> {
  const from = sourceDirectory(job)
  await removeTree(job.folder.chunks)
  await fillDirectory(join(staging, `chunks-${job.id}`), job.folder.chunks, async (directory) => {
    for (const [chunk, path] of (await listFiles(from)).entries()) await linkOrCopy(join(from, path), join(directory, String(chunk)))
  })
}

/** Fills a temporary directory, which then becomes the other one. Without success, there is neither. */
async function fillDirectory(temporary: string, directory: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  await removeTree(temporary)
  await mkdir(temporary, { mode: 0o700 })
  try {
    await fill(temporary)
    await rename(temporary, directory)
  } catch (error) {
    await removeTree(temporary)
    throw error
  }
}

/** Removes what is not needed any more when there are chunks, with uploads that others have replaced. */
export async function removeSource(job: Job): Promise<void> {
  const names = await readdir(job.folder.directory)
  for (const name of names) if (name === 'source' || name.startsWith(UPLOAD)) await removeTree(join(job.folder.directory, name))
}
