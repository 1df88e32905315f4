import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pack } from 'bytenite-uploader'
import { app } from './contenders/app.js'
import { run } from './processes.js'

/** @import { Workload } from './workloads.js' */

const FILES_PER_DIRECTORY = 100

/**
 * @typedef {object} PreparedWorkload
 * @property {Workload} workload
 * @property {string} directory what is to be packed
 * @property {string} tar a file with the tar that this project makes of it
 * @property {string} hash the SHA-256 of that file
 * @property {number} bodySize bytes of the request that uploads it
 */

/**
 * Writes a workload's files and its tar.
 * @param {Workload} workload
 * @param {string} parent
 * @returns {Promise<PreparedWorkload>}
 */
export async function prepareWorkload(workload, parent) {
  const directory = join(parent, 'files')
  const tar = join(parent, 'prepared.tar')
  await writeFiles(workload, directory)
  const { size } = await pack({ directory, root: directory, manifest: app, template: false, archiveFile: tar, record: false, env: {} })
  // What is still to be written to the disk would disturb what is measured.
  await run(['sync'], parent)
  const bodySize = JSON.stringify({ data: '' }).length + 4 * Math.ceil(size / 3)
  return { workload, directory, tar, hash: await hashFile(tar), bodySize }
}

/**
 * Reads everything once, so that the system has it in memory.
 * @param {PreparedWorkload} prepared
 */
export async function warmUp({ directory, tar }) {
  await hashFile(tar)
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await readFile(join(entry.parentPath, entry.name))
  }
}

/**
 * The same bytes each time, which no tool can compress.
 * @param {Workload} workload
 * @param {string} directory
 */
async function writeFiles({ name, files, fileSize }, directory) {
  const random = createCipheriv('aes-128-ctr', name.padEnd(16), Buffer.alloc(16))
  const zeros = Buffer.alloc(fileSize)
  for (let index = 0; index < files; index++) {
    const file = join(directory, pathOf(index))
    if (index % FILES_PER_DIRECTORY <= 1) await mkdir(dirname(file), { recursive: true })
    await writeFile(file, random.update(zeros))
  }
}

/** @param {number} index */
function pathOf(index) {
  if (index === 0) return app.entrypoint
  return `directory-${Math.floor(index / FILES_PER_DIRECTORY)}/file-${index % FILES_PER_DIRECTORY}.bin`
}

/** @param {string} file */
async function hashFile(file) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}
