#!/usr/bin/env node
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Counts } from './count-words.js'
import { mergeCounts } from './merge-counts.js'

const { TASK_RESULTS_DIR = '', OUTPUT_DIR = '' } = process.env

/** What the tasks counted, one after the other. */
async function* readResults(): AsyncGenerator<Counts> {
  for (const name of await readdir(TASK_RESULTS_DIR)) {
    yield JSON.parse(await readFile(join(TASK_RESULTS_DIR, name), 'utf8')) as Counts
  }
}

const total = await mergeCounts(readResults())
await writeFile(join(OUTPUT_DIR, 'result.json'), JSON.stringify(Object.fromEntries(total), null, 2))
console.log(`Merged the counts of ${total.length} words.`)
