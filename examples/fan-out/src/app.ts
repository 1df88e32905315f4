#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countWords } from './count-words.js'

const { TASK_DIR = '', TASK_RESULTS_DIR = '', CHUNK_NUMBER = '0' } = process.env

const counts = countWords(await readFile(join(TASK_DIR, 'data.bin'), 'utf8'))
await writeFile(join(TASK_RESULTS_DIR, `counts_${CHUNK_NUMBER}.json`), JSON.stringify(counts))
console.log(`Counted ${counts.length} different words.`)
