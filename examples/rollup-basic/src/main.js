#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countWords } from './count-words.js'

const { TASK_DIR, TASK_RESULTS_DIR } = process.env

const words = countWords(await readFile(join(TASK_DIR, 'data.bin'), 'utf8'))
await writeFile(join(TASK_RESULTS_DIR, 'words.json'), JSON.stringify(words, null, 2))
