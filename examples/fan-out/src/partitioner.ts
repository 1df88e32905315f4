#!/usr/bin/env node
import { createReadStream } from 'node:fs'
import { open, readdir, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { cutAtLineEnds } from './cut-at-line-ends.js'

interface Params {
  /** Bytes that a chunk has at least, except the last one. */
  chunkSize?: number
}

const { SOURCE_DIR = '', CHUNKS_DIR = '', PARTITIONER_PARAMS = '{}' } = process.env
const { chunkSize = 1_000_000 } = JSON.parse(PARTITIONER_PARAMS) as Params

let chunks = 0
for (const name of (await readdir(SOURCE_DIR)).toSorted()) {
  let file: FileHandle | undefined
  for await (const { bytes, startsChunk } of cutAtLineEnds(createReadStream(join(SOURCE_DIR, name)), chunkSize)) {
    if (startsChunk) {
      await file?.close()
      file = await open(join(CHUNKS_DIR, `data_${chunks++}.bin`), 'w')
    }
    await file?.writeFile(bytes)
  }
  await file?.close()
}
if (chunks === 0) throw new Error('The source contains no text.')
console.log(`Cut the text into ${chunks} chunks.`)
