import { join } from 'node:path'
import { pack } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { outputProject } from '../helpers/publish.ts'
import type { Files } from '../helpers/project.ts'

/** What the checks warn of in an output that starts with main.mjs. */
async function warningsOf(files: Files | string): Promise<string[]> {
  const root = await outputProject(typeof files === 'string' ? { 'main.mjs': files } : files)
  const warnings: string[] = []
  await pack({
    directory: join(root, 'dist'),
    root,
    env: {},
    manifest: { name: 'a', version: '1.0', entrypoint: 'main.mjs', platformConfig: { container: 'node:22-slim' } },
    onWarning: (message) => warnings.push(message),
  })
  return warnings
}

const imports = `import fs, { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path, { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fork } from 'node:child_process'
import { Worker } from 'node:worker_threads'
`

test.each([
  ['new URL', `readFileSync(new URL('./add.wasm', import.meta.url))`, 'reads "add.wasm"'],
  ['new URL, by a variable', `const file = new URL('add.wasm', import.meta.url)\nawait readFile(file)`, 'reads "add.wasm"'],
  ['new URL, as a path', `readFileSync(fileURLToPath(new URL('a%20b.txt?x', import.meta.url)), 'utf8')`, 'reads "a b.txt"'],
  ['join', `const here = import.meta.dirname\nfs.readFileSync(join(here, 'data', 'tables.json'))`, 'reads "data/tables.json"'],
  ['resolve', `readFileSync(path.resolve(dirname(import.meta.filename), '../tables.json'))`, 'reads "../tables.json"'],
  [
    'the folder of old',
    `const __dirname = dirname(fileURLToPath(import.meta.url))\nreadFileSync(join(__dirname, 'a.txt'))`,
    'reads "a.txt"',
  ],
  ['a path that is put together', 'const here = import.meta.dirname\nreadFileSync(here + "/a.txt")', 'reads "a.txt"'],
  ['a template', 'createReadStream(`${import.meta.dirname}/a.txt`)', 'reads "a.txt"'],
  ['a name in a variable', `const NAME = 'a.txt'\nreadFileSync(join(import.meta.dirname, NAME))`, 'reads "a.txt"'],
  ['a folder', `const data = join(import.meta.dirname, 'data')\nfs.readdirSync(data)`, 'reads "data"'],
  ['a worker', `new Worker(new URL('./worker.js', import.meta.url))`, 'runs "worker.js"'],
  ['a process', `fork(join(import.meta.dirname, 'child.js'))`, 'runs "child.js"'],
  ['an import', `await import(new URL('./later.js', import.meta.url).href)`, 'runs "later.js"'],
  [
    'in the main function',
    `async function main() { await readFile(join(import.meta.dirname, 'a.txt')) }\nmain().catch((error) => { console.error(error); process.exit(1) })`,
    'reads "a.txt"',
  ],
  [
    'in a main function that is started only by itself',
    `const main = async () => readFileSync(new URL('a.txt', import.meta.url))\nif (process.argv[1] === import.meta.filename) main()`,
    'reads "a.txt"',
  ],
])('what the archive does not have is a warning: %s', async (_, code, expected) => {
  const line = 7 + code.slice(0, code.search(/new URL|join\(|resolve\(|here \+|`\$\{/)).split('\n').length - 1
  expect(await warningsOf(imports + code)).toEqual([
    expect.stringMatching(new RegExp(`^\\[missing-file\\] main\\.mjs:${line} ${expected}, which is not in the archive\\. Put it beside`)),
  ])
})

test('once for each file, with the imports that lead there', async () => {
  const warnings = await warningsOf({
    'main.mjs': `import './lib/a.mjs'\nimport { readFileSync } from 'node:fs'\nreadFileSync(new URL('./lib/x.json', import.meta.url))\n`,
    'lib/a.mjs': `import { readFileSync } from 'node:fs'\n\nreadFileSync(new URL('./x.json', import.meta.url))\nreadFileSync(new URL('../y.json', import.meta.url))\n`,
  })
  expect(warnings.map((warning) => warning.replace(/\. Put.*/, ''))).toEqual([
    '[missing-file] main.mjs:3 reads "lib/x.json", which is not in the archive',
    '[missing-file] main.mjs → lib/a.mjs:4 reads "../y.json", which is not in the archive',
  ])
})

test('what is minified, by which strings become templates', async () => {
  const code = [
    'import{readFileSync as r,createReadStream as c}from"fs";import{join as j}from"path";const d=import.meta.dirname,e=j(d,`data`);',
    'r(j(d,"a.txt"));r(new URL(`./b.txt`,import.meta.url));r(j(e,`c.txt`));r(d+`/d.txt`);c(j(d,`e.txt`)).on(`error`,()=>{});',
  ]
  expect((await warningsOf(code.join(''))).map((warning) => /"(.*?)"/.exec(warning)?.[1])).toEqual([
    'a.txt',
    'b.txt',
    'data/c.txt',
    'd.txt',
  ])
})

test('what CommonJS names beside itself', async () => {
  const warnings = await warningsOf({
    'main.mjs': `import './old.cjs'\n`,
    'old.cjs': `const fs = require('fs'), path = require('path')\nfs.readFileSync(path.join(__dirname, 'a.txt'))\n`,
  })
  expect(warnings).toEqual([expect.stringContaining('main.mjs → old.cjs:2 reads "a.txt"')])
})

test('a script that is started is looked into as well', async () => {
  const warnings = await warningsOf({
    'main.mjs': `import { Worker } from 'node:worker_threads'\nnew Worker(new URL('./lib/worker.mjs', import.meta.url))\n`,
    'lib/worker.mjs': `import { readFileSync } from 'node:fs'\nreadFileSync(new URL('./a.txt', import.meta.url))\n`,
  })
  expect(warnings).toEqual([expect.stringContaining('main.mjs → lib/worker.mjs:2 reads "a.txt"')])
})

const cache = `const file = join(import.meta.dirname, 'cache.json')\n`

test.each([
  ['what the code writes', `${cache}writeFileSync(file, '1')\nreadFileSync(file)`],
  [
    'what the code writes by the same words',
    `fs.createWriteStream(new URL('out.txt', import.meta.url))\nreadFileSync(new URL('./out.txt', import.meta.url))`,
  ],
  [
    'what is in a folder that the code makes',
    `const out = join(import.meta.dirname, 'out')\nmkdirSync(out, { recursive: true })\nreadFileSync(join(out, 'a.txt'))`,
  ],
  ['the target of a copy', `${cache}fs.copyFileSync(process.argv[2], file)\nreadFileSync(file)`],
  ['what is opened for more than reading', `${cache}readFileSync(file, { flag: 'a+' })`],
  ['what the code tests', `${cache}if (existsSync(file)) readFileSync(file)`],
  ['what the code tests beforehand', `${cache}const isThere = existsSync(file)\nreadFileSync(file)`],
  ['what the code looks at', `${cache}await stat(file).catch(() => undefined)\nreadFileSync(file)`],
  ['in a try', `try { readFileSync(new URL('a.txt', import.meta.url)) } catch {}`],
  [
    'in a function that is called in a try',
    `const load = () => readFileSync(new URL('a.txt', import.meta.url))\nlet text\ntry { text = load() } catch { text = '' }`,
  ],
  [
    'in a method that is called in a try',
    `const store = { load() { return readFileSync(new URL('a.txt', import.meta.url)) } }\nexport function get() { try { return store.load() } catch { return '' } }`,
  ],
  ['before a catch', `const text = await readFile(new URL('a.txt', import.meta.url)).catch(() => '')`],
  ['before a then and a catch', `const text = await readFile(new URL('a.txt', import.meta.url)).then(JSON.parse).catch(() => ({}))`],
  ['with a handler for its errors', `readFile(new URL('a.txt', import.meta.url)).then(console.log, () => {})`],
  [
    'in a function before a catch',
    `async function load() { return readFile(new URL('a.txt', import.meta.url)) }\nconst text = await load().catch(() => '')`,
  ],
  ['one of several that may fail', `await Promise.allSettled([readFile(new URL('a.txt', import.meta.url))])`],
  ['with a callback', `fs.readFile(new URL('a.txt', import.meta.url), (error, text) => console.log(error ? '' : text))`],
  ['a stream whose errors are handled', `createReadStream(new URL('a.txt', import.meta.url)).on('error', () => {})`],
  ['behind a condition', `if (process.env.DEBUG) readFileSync(new URL('a.txt', import.meta.url))`],
  ['as a default', `const text = process.env.TEXT ?? readFileSync(new URL('a.txt', import.meta.url))`],
  ['what may be another file', `const file = process.env.FILE ?? join(import.meta.dirname, 'a.txt')\nreadFileSync(file)`],
  [
    'what is decided later',
    `let file = join(import.meta.dirname, 'a.txt')\nif (process.argv[2]) file = process.argv[2]\nreadFileSync(file)`,
  ],
  ['what another program may make', `${cache}await run('tool', ['--out', file])\nreadFileSync(file)\nfunction run() {}`],
  [
    'where another program may put it',
    `const out = join(import.meta.dirname, 'out')\nrun(out)\nreadFileSync(join(out, 'a.txt'))\nfunction run() {}`,
  ],
  ['what is only named', `export const file = join(import.meta.dirname, 'a.txt')\nconsole.log(new URL('./b.txt', import.meta.url).href)`],
  ['what a library is given', `class Database {}\nnew Database(join(import.meta.dirname, 'data.db'))`],
  ['another place', `readFileSync(join(process.cwd(), 'a.txt'))\nreadFileSync(join('/data', 'a.txt'))\nreadFileSync('a.txt')`],
  [
    'a variable in the name',
    `const name = process.argv[2]\nreadFileSync(new URL('./' + name, import.meta.url))\nreadFileSync(join(import.meta.dirname, name, 'a.txt'))`,
  ],
  [
    'another protocol',
    `readFileSync(new URL('data:text/plain,a', import.meta.url))\nreadFileSync(new URL('file:///etc/hosts', import.meta.url))`,
  ],
  ['an absolute path', `readFileSync(resolve(import.meta.dirname, '/etc/hosts'))\nreadFileSync(new URL('/etc/hosts', import.meta.url))`],
  [
    'the folder itself',
    `fs.readdirSync(import.meta.dirname)\nfs.readdirSync(new URL('.', import.meta.url))\nfs.readdirSync(join(import.meta.dirname, '..'))`,
  ],
  ['the file itself', `readFileSync(import.meta.filename)\nreadFileSync(new URL(import.meta.url))\nnew Worker(new URL(import.meta.url))`],
  [
    'a join of something else',
    `readFileSync(['a', 'b.txt'].join('/'))\nfunction list(file) { return readFileSync([file, 'a.txt'].join('')) }\nlist(import.meta.dirname)`,
  ],
  ['a parameter that has the name of a file', `${cache}export function read(file) { return readFileSync(file) }\nwriteFileSync(file, '')`],
  [
    'words in strings and comments',
    `// readFileSync(new URL('./a.txt', import.meta.url))\nexport const text = "readFileSync(join(__dirname, 'a.txt'))"`,
  ],
])('nothing is said of %s', async (_, code) => {
  expect(await warningsOf(imports + code)).toEqual([])
})

test('nothing is said of what the archive has', async () => {
  expect(
    await warningsOf({
      'main.mjs': `${imports}
        readFileSync(new URL('./a%20b.txt', import.meta.url))
        readFileSync(join(import.meta.dirname, 'data/tables.json'))
        fs.readdirSync(join(import.meta.dirname, 'data'))
        new Worker(new URL('worker.mjs', import.meta.url))`,
      'a b.txt': '',
      'data/tables.json': '{}',
      'worker.mjs': 'export {}\n',
    }),
  ).toEqual([])
})

test('nothing is said of files that nobody starts, and of packages', async () => {
  expect(
    await warningsOf({
      'main.mjs': `import 'dep'\n`,
      'tool.mjs': `import { readFileSync } from 'node:fs'\nreadFileSync(new URL('a.txt', import.meta.url))\n`,
      'node_modules/dep/index.js': `require('fs').readFileSync(require('path').join(__dirname, 'a.txt'))\n`,
    }),
  ).toEqual([])
})
