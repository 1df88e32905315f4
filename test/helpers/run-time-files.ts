import type { Files } from './project.ts'

/** A WebAssembly module that exports `add`, a sum of two integers. */
const addModule = Buffer.from('0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex')

/**
 * An app that reads and runs files beside its sources: of its own folder, of others and of a package, by every kind of words.
 * One worker starts another, and each of those starts the other again.
 * @param language of all sources
 */
export function runTimeFilesApp(language: 'ts' | 'js'): Files {
  const any = language === 'ts' ? ': any' : ''
  return {
    [`src/main.${language}`]: `import { readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { beside } from './lib/beside.js'
import { text, version } from './node_modules/with-files/index.js'

const { instance }${any} = await globalThis['WebAssembly'].instantiate(await readFile(new URL('./add.wasm', import.meta.url)))
const here = dirname(fileURLToPath(import.meta.url))
const result${any} = {
  sum: instance.exports.add(1, 2),
  tables: JSON.parse(readFileSync(join(import.meta.dirname, 'data', 'tables.json'), 'utf8')),
  again: readFileSync(resolve(here, 'data/tables.json'), 'utf8').length,
  outside: readFileSync(\`\${here}/../assets/naïve file.txt\`, 'utf8'),
  beside: beside(),
  ofPackage: text + version,
}
const worker = new Worker(new URL('./pool/worker.${language}', import.meta.url), { workerData: 2 })
worker.on('message', (message${any}) => {
  const text = JSON.stringify({ ...result, worker: message })
  if (process.env.TASK_RESULTS_DIR) writeFileSync(join(process.env.TASK_RESULTS_DIR, 'result.json'), text)
  else console.log(text)
})
`,
    'src/add.wasm': addModule,
    'src/data/tables.json': '{"a":1}',
    'assets/naïve file.txt': 'outside',
    [`src/lib/beside.${language}`]: `import { readFileSync } from 'node:fs'
export const beside = () => readFileSync(new URL('add.wasm', import.meta.url), 'utf8')
`,
    // The name of a file that is another one elsewhere.
    'src/lib/add.wasm': 'beside',
    'src/node_modules/with-files/package.json': '{ "name": "with-files", "version": "1.2.3", "type": "module", "main": "index.js" }',
    'src/node_modules/with-files/index.js': `import { readFileSync } from 'node:fs'
export const text = readFileSync(new URL('./files/text.txt', import.meta.url), 'utf8')
export const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
`,
    'src/node_modules/with-files/files/text.txt': 'package ',
    [`src/pool/worker.${language}`]: `import { parentPort, Worker, workerData } from 'node:worker_threads'
import { beside } from '../lib/beside.js'
const count${any} = workerData
// TypeScript may be named by what becomes of it.
const next = new Worker(new URL('./other.js', import.meta.url), { workerData: count - 1 })
next.on('message', (message${any}) => parentPort${language === 'ts' ? '!' : ''}.postMessage(\`worker \${count} \${beside()}, \${message}\`))
`,
    [`src/pool/other.${language}`]: `import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, Worker, workerData } from 'node:worker_threads'
const port${any} = parentPort
const count${any} = workerData
const text = readFileSync(join(import.meta.dirname, 'other.txt'), 'utf8')
if (count > 0) {
  new Worker(join(import.meta.dirname, 'worker.${language}'), { workerData: count }).on('message', (message${any}) => port.postMessage(message))
} else port.postMessage('other ' + text)
`,
    'src/pool/other.txt': 'end',
  }
}

/** What the app makes. */
export const runTimeFilesResult = {
  sum: 3,
  tables: { a: 1 },
  again: 7,
  outside: 'outside',
  beside: 'beside',
  ofPackage: 'package 1.2.3',
  worker: 'worker 2 beside, worker 1 beside, other end',
}

/** Its files in the output. */
export const runTimeFileNames: readonly string[] = [
  'add.wasm',
  'assets/naïve file.txt',
  'data/tables.json',
  'lib/add.wasm',
  'main.js',
  'main.js.map',
  'pool/other.js',
  'pool/other.js.map',
  'pool/other.txt',
  'pool/worker.js',
  'pool/worker.js.map',
  'with-files/files/text.txt',
  'with-files/package.data.json',
]
