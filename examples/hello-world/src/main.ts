import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { changeCase, type Case } from './change-case.js'

interface Params {
  case?: Case
}

const { TASK_DIR = '', TASK_RESULTS_DIR = '', APP_PARAMS = '{}' } = process.env
const params = JSON.parse(APP_PARAMS) as Params

const text = await readFile(join(TASK_DIR, 'data.bin'), 'utf8')
await writeFile(join(TASK_RESULTS_DIR, 'hello_world_processed.txt'), changeCase(text, params.case))
console.log(`Processed ${text.length} characters.`)
