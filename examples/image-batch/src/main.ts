import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readImages } from './read-images.js'
import { fitInto } from './resize.js'

interface Params {
  /** The largest width and height, in pixels. */
  width?: number
  height?: number
}

const { TASK_DIR = '', TASK_RESULTS_DIR = '', APP_PARAMS = '{}' } = process.env
const { width = 1024, height = 1024 } = JSON.parse(APP_PARAMS) as Params

let count = 0
for await (const { name, bytes } of readImages(await readFile(join(TASK_DIR, 'data.bin')))) {
  const resized = await fitInto(bytes, { width, height }).catch((error: unknown) => {
    throw new Error(`${name} cannot be resized`, { cause: error })
  })
  await writeFile(join(TASK_RESULTS_DIR, name.replaceAll('/', '_')), resized)
  count += 1
}
console.log(`Resized ${count} images.`)
