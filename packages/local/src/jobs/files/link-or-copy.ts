import { constants } from 'node:fs'
import { copyFile, link } from 'node:fs/promises'

/** What a file system answers that has no hard links, or no more of them. */
const NO_LINK = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])

/** Makes a file appear under another name, too. Neither may be changed after that. */
export async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target)
  } catch (error) {
    if (!NO_LINK.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    await copyFile(source, target, constants.COPYFILE_EXCL)
  }
}

/** Copies a file, sharing its content where the file system can do that without sharing changes. */
export async function copyForWriting(source: string, target: string): Promise<void> {
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
}
