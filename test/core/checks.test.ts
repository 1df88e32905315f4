import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readAhead } from 'bytenite-uploader/internal/read-ahead'
import { isByteNiteError, pack, type PackOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

interface Case extends Omit<Partial<PackOptions>, 'manifest'> {
  container?: string
  entrypoint?: string
  secrets?: string[]
  /** Entry files of the bundle, relative to the output. */
  entries?: string[]
}

/**
 * Code of which the checks say nothing, of more than 100 kB, in the syntax that is hardest to follow without a grammar. What
 * large files contain is found in another way than in small ones.
 */
const filler = `
var filler_a = 1, filler_b = [/["'(]{2}/, /[/]\\//] // it's a comment
  /* and another (with a bracket */
function filler_c(a, b) { if (a) /}{\`/.test(b); return \`\${a / 2}\${ { b }.b / 3 }\\\`{\` }
class filler_D { get = (x) => { return /[)]/ }; static { filler_a++ / 2 } }
const filler_e = { a: {} / 1, "b'": 'c"' }, filler_f = (x) => ({ x })
async function filler_g() { for (const { x = '}' } of [{}]) typeof /'/; switch (1) { case 1: /"/.exec('') } }
`.repeat(200)

/** Codes and messages of what the checks find, errors first: the same, whatever the size of the files. */
async function check(files: Files, options: Case = {}) {
  const found = await checkOnce(files, options)
  const large = Object.entries(files).map(([path, content]) => [
    path,
    /\.[cm]?js$/.test(path) && typeof content === 'string' ? rename(`${content}\n${filler}`) : content,
  ])
  expect(await checkOnce(Object.fromEntries(large) as Files, options)).toEqual(found)
  return found
}

/** Declarations may not repeat. */
function rename(code: string): string {
  let count = 0
  return code.replaceAll(/\bfiller_(?=[cDef])|\b(?<=function )filler_(?=g)/g, (name) => `${name}${count++}_`)
}

async function checkOnce(
  files: Files,
  { container = 'node:22-slim', entrypoint = 'main.js', secrets = [], entries = [], ...options }: Case = {},
) {
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), files)
  const warnings: string[] = []
  const error: unknown = await pack({
    directory: 'dist',
    root,
    env: {},
    manifest: { name: 'a', version: '1.0', entrypoint, platformConfig: { container, secrets } },
    entryFiles: entries.map((entry) => join(root, 'dist', entry)),
    onWarning: (message) => warnings.push(message),
    ...options,
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error !== undefined && !(isByteNiteError(error) && error.code === 'CHECK_FAILED')) throw error
  const errors = error === undefined ? [] : Array.from((error as Error).message.matchAll(/^ {2}- (.*)$/gm), ([, line = '']) => line)
  return { errors, warnings, message: (error as Error | undefined)?.message }
}

const sqlite = `import { DatabaseSync } from 'node:sqlite'\nnew DatabaseSync(':memory:')\n`
const elf = (needed: string): Buffer => Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(60), Buffer.from(`${needed}\0`)])
const machO = Buffer.from([0xcf, 0xfa, 0xed, 0xfe, 0, 0, 0, 0])
const portableExecutable = Buffer.from('MZ\x90\0')
const addon = (path: string): string => `const addon = require('./${path}')\nmodule.exports = addon\n`

/** An ES module as bundlers write it, with a CommonJS module in it. */
const commonJsModule = (body: string, use: string): string => `import fs from 'node:fs'
const __commonJSMin = (cb, mod) => () => (mod || cb((mod = { exports: {} }).exports, mod), mod.exports)
const require_dep = /* @__PURE__ */ __commonJSMin(((exports, module) => { ${body} }))
${use}
`

/** How packages look for the addon of the system that they run on. */
const systemAddon = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
let fast
try {
  switch (process.platform + '-' + process.arch) {
    case 'linux-x64': fast = require('@img/fast-linux-x64/fast.node'); break
    case 'darwin-arm64': fast = require('@img/fast-darwin-arm64/fast.node'); break
  }
} catch (error) { throw new Error('not for this system', { cause: error }) }
`

test.each([
  [
    'an import of a package',
    { 'main.js': `import pad from 'left-pad'\npad('x')\n` },
    {},
    /^\[missing-import\] main\.js imports "left-pad", which is not in the archive\.$/,
  ],
  [
    'an import further down, with the chain',
    { 'main.js': `import './a.js'\n`, 'a.js': `export * from './deep/b.js'\n`, 'deep/b.js': `import '@scope/pkg/sub'\n` },
    {},
    /main\.js → a\.js → deep\/b\.js imports "@scope\/pkg\/sub"/,
  ],
  ['a file that is not there', { 'main.js': `import './gone.js'\n` }, {}, /main\.js imports "\.\/gone\.js"/],
  ['an import from outside of the output', { 'main.js': `import '../../package.json'\n` }, {}, /imports "\.\.\/\.\.\/package\.json"/],
  [
    'require in CommonJS',
    { 'main.cjs': `const pad = require('left-pad')\npad(1)\n` },
    { entrypoint: 'main.cjs' },
    /main\.cjs requires "left-pad"/,
  ],
  [
    'require that a bundler hides in an ES module',
    {
      'main.js': `import { createRequire } from 'node:module'
        var __commonJSMin = (cb, mod) => () => (mod || cb((mod = { exports: {} }).exports, mod), mod.exports)
        var __require = /* @__PURE__ */ createRequire(import.meta.url)
        var require_dep = __commonJSMin((exports, module) => { module.exports = __require('left-pad') })
        require_dep()\n`,
    },
    {},
    /main\.js requires "left-pad"/,
  ],
  [
    'the same, minified',
    { 'main.js': `import{createRequire as e}from"module";const t=e(import.meta.url);console.log(t("left-pad"))\n` },
    {},
    /main\.js requires "left-pad"/,
  ],
  [
    'an addon that was not packed',
    { 'main.cjs': `require('./build/Release/x.node')\n` },
    { entrypoint: 'main.cjs' },
    /requires the native addon "\.\/build\/Release\/x\.node", which is not in the archive/,
  ],
  [
    'ES syntax in .cjs',
    { 'main.cjs': `export const a = 1\n` },
    { entrypoint: 'main.cjs' },
    /^\[module-format\] main\.cjs uses ES module syntax, but its \.cjs extension makes it CommonJS\.$/,
  ],
  [
    'ES syntax in .cjs, whatever else may be wrong with it',
    { 'main.cjs': commonJsModule('module.exports = load(__dirname)', 'require_dep()') },
    { entrypoint: 'main.cjs' },
    /^\[module-format\] main\.cjs uses ES module syntax, but its \.cjs extension makes it CommonJS\.$/,
  ],
  [
    'ES syntax below a package.json of CommonJS',
    { 'main.js': `export {}\n`, 'package.json': '{"type":"commonjs"}' },
    {},
    /main\.js uses ES module syntax, but package\.json makes it CommonJS\.$/,
  ],
  [
    'ES syntax without any type, for a Node that does not look',
    { 'main.js': 'export {}\n', 'package.json': '{}' },
    { container: 'node:18-slim' },
    /^\[module-format\] main\.js is an ES module, but Node 18 treats \.js as CommonJS unless a package\.json sets "type": "module"\.$/,
  ],
  [
    'CommonJS in .mjs',
    { 'main.mjs': `module.exports = require('node:fs')\n` },
    { entrypoint: 'main.mjs' },
    /main\.mjs uses "require", which ES modules do not have \(its \.mjs extension makes it one\)\.$/,
  ],
  [
    'CommonJS below a package.json of ES modules',
    { 'main.js': `exports.a = 1\n`, 'package.json': '{"type":"module"}' },
    {},
    /main\.js uses "exports", which ES modules do not have \(package\.json makes it one\)\.$/,
  ],
  [
    'require in an ES module',
    { 'main.mjs': `import 'node:fs'\nconst path = require('node:path')\npath.sep\n` },
    { entrypoint: 'main.mjs' },
    /main\.mjs uses "require"/,
  ],
  [
    'require in an ES module of which nobody says that it is one',
    { 'main.js': `import 'node:fs'\nrequire('node:path')\n`, 'package.json': '{}' },
    {},
    /main\.js is an ES module, but uses "require"/,
  ],
  [
    '__dirname in an ES module',
    { 'main.mjs': `import { join } from 'node:path'\nconsole.log(join(__dirname, 'a'))\n` },
    { entrypoint: 'main.mjs' },
    /main\.mjs uses "__dirname", which ES modules do not have/,
  ],
  [
    'a builtin that Node 20 does not have',
    { 'main.mjs': sqlite },
    { entrypoint: 'main.mjs', container: 'node:20-slim' },
    /^\[newer-builtin\] main\.mjs imports "node:sqlite", which needs Node 22\.13 or 23\.4\.$/,
  ],
  [
    'an addon for another libc',
    { 'main.cjs': addon('x.node'), 'x.node': elf('libc.so.6') },
    { entrypoint: 'main.cjs', container: 'node:22-alpine' },
    /^\[native-addon\] x\.node is built for Linux with glibc, but the image runs Linux with musl/,
  ],
  [
    'an addon for another system',
    { 'main.cjs': addon('x.node'), 'x.node': machO },
    { entrypoint: 'main.cjs' },
    /x\.node is built for macOS, but the image runs Linux with glibc/,
  ],
  [
    'nothing but addons for another system',
    { 'main.cjs': '1\n', 'prebuilds/win32-x64/x.node': portableExecutable },
    { entrypoint: 'main.cjs' },
    /x\.node is built for Windows/,
  ],
  [
    'CRLF behind #!',
    { 'main.js': '#!/usr/bin/env node\r\nconsole.log(1)\r\n' },
    {},
    /^\[crlf-shebang\] The #! line of main\.js ends with CRLF/,
  ],
] as [string, Files, Case, RegExp][])('%s is an error', async (_, files, options, expected) => {
  const { errors, warnings } = await check(files, options)
  expect(errors).toEqual([expect.stringMatching(expected)])
  expect(warnings).toEqual([])
})

test.each([
  ['an import in an image that may have it', { 'main.js': `import 'left-pad'\n` }, { container: 'owner/image:1.0' }, /^\[missing-import\]/],
  [
    'an import that happens later',
    { 'main.js': `export const later = () => import('left-pad')\n` },
    {},
    /^\[missing-import\] main\.js imports "left-pad"/,
  ],
  [
    'a bundled CommonJS module that looks for its own files',
    { 'main.mjs': commonJsModule(`module.exports = fs.readFileSync(__dirname + '/data')`, 'require_dep()') },
    { entrypoint: 'main.mjs' },
    /^\[module-format\] main\.mjs uses "__dirname", which .*use import\.meta\.dirname/,
  ],
  [
    'an addon that is looked for by the name of the system',
    { 'main.mjs': systemAddon },
    { entrypoint: 'main.mjs' },
    /^\[native-addon\] main\.mjs looks for a native addon such as "@img\/fast-linux-x64\/fast\.node", but the archive has none\. Use a package without native code/,
  ],
  [
    'a chunk as the entrypoint',
    { 'main.js': `import './chunk.js'\n`, 'chunk.js': 'export {}\n' },
    { entrypoint: 'chunk.js', entries: ['main.js'] },
    /^\[not-an-entry\] The entrypoint chunk\.js does not load the bundle's entry file, main\.js/,
  ],
  [
    'the tag latest',
    { 'main.js': '1\n' },
    { container: 'node:latest' },
    /^\[floating-tag\] The container "node:latest" may point to a different image tomorrow/,
  ],
  ['no tag', { 'main.js': '1\n' }, { container: 'ghcr.io:443/owner/image' }, /^\[floating-tag\]/],
  [
    'a variable that nothing sets',
    { 'main.js': '1\n' },
    {
      sourceModules: [
        {
          file: 'src/main.ts',
          code: `const key = process.env.API_KEY\nconst { TOKEN } = process.env\nuse(key, TOKEN, process.env['TASK_DIR'])`,
        },
      ],
      secrets: ['TOKEN'],
    },
    /^\[unknown-variable\] src\/main\.ts reads process\.env\.API_KEY, which nothing sets in the container\. Store it as a secret/,
  ],
] as [string, Files, Case, RegExp][])('%s is a warning', async (_, files, options, expected) => {
  const { errors, warnings } = await check(files, options)
  expect(errors).toEqual([])
  expect(warnings).toEqual([expect.stringMatching(expected)])
})

test.each([
  [
    'builtins, with and without node:',
    { 'main.js': `import 'node:fs'\nimport 'path'\nimport 'fs/promises'\nimport 'node:newer-than-this-node'\n` },
  ],
  [
    'files of the archive',
    {
      'main.js': `import './a.js'\nimport data from './data.json' with { type: 'json' }\nexport { data }\n`,
      'a.js': 'export {}\n',
      'data.json': '{}',
    },
  ],
  [
    'require that finds by extension and index',
    { 'main.cjs': `require('./a')\nrequire('./b')\nrequire('./c')\n`, 'a.js': '', 'b/index.js': '', 'c.json': '{}' },
    { entrypoint: 'main.cjs' },
  ],
  [
    'a package in a node_modules of the archive',
    { 'lib/main.js': `import 'left-pad'\nimport '@a/b/c'\n`, 'node_modules/left-pad/index.js': '', 'lib/node_modules/@a/b/c.js': '' },
    { entrypoint: 'lib/main.js' },
  ],
  [
    'an optional require',
    { 'main.cjs': `let fast\ntry { fast = require('bufferutil') } catch { fast = null }\n` },
    { entrypoint: 'main.cjs' },
  ],
  [
    'an optional import()',
    { 'main.mjs': `try { await import('left-pad') } catch {}\nimport('other').catch(() => {})\n` },
    { entrypoint: 'main.mjs' },
  ],
  [
    'a require behind a condition',
    { 'main.cjs': `if (process.platform === 'win32') require('windows-only')\n` },
    { entrypoint: 'main.cjs' },
  ],
  [
    'a function of the code that is called require',
    { 'main.cjs': `function require(name) { return name }\nrequire('left-pad')\n` },
    { entrypoint: 'main.cjs' },
  ],
  ['require of what is only known later', { 'main.cjs': `module.exports = (name) => require(name)\n` }, { entrypoint: 'main.cjs' }],
  [
    'URLs, data: and #imports',
    { 'main.js': `import 'data:text/javascript,1'\nimport '#internal'\nexport const a = () => import('https://example.com/a.js')\n` },
  ],
  ['a browser file that nobody starts', { 'main.js': '1\n', 'public/page.js': `import 'react'\n` }],
  ['words in strings and comments', { 'main.js': `// import 'left-pad'\nconst text = "require('left-pad')"\nexport { text }\n` }],
  [
    'UMD in a module',
    {
      'main.mjs': `(function (f) { if (typeof exports === 'object' && typeof module !== 'undefined') module.exports = f(); else globalThis.x = f() })(() => 1)\n`,
    },
    { entrypoint: 'main.mjs' },
  ],
  [
    'CommonJS after asking for it',
    { 'main.mjs': `(() => { if (typeof module === 'undefined') return; module.exports = require('node:fs') })()\n` },
    { entrypoint: 'main.mjs' },
  ],
  [
    'a bundled CommonJS module that looks for its own files, if it is needed',
    { 'main.mjs': commonJsModule('module.exports = load(__dirname)', 'let dep; try { dep = require_dep() } catch {}') },
    { entrypoint: 'main.mjs' },
  ],
  [
    '__dirname after asking for it, in a function, and of the code itself',
    {
      'main.mjs': `const a = typeof __filename === 'undefined' ? '' : __filename\nexport const b = () => __dirname\nlet c\n{ const { __dirname } = import.meta; c = a + __dirname }\nexport { c }\n`,
    },
    { entrypoint: 'main.mjs' },
  ],
  [
    'an addon for the system in a node_modules of the archive',
    { 'main.mjs': systemAddon, 'node_modules/@img/fast-linux-x64/fast.node': elf('libc.so.6') },
    { entrypoint: 'main.mjs' },
  ],
  [
    'a newer builtin that a library does without',
    { 'main.cjs': `exports.Store = class { constructor() { this.database = require('node:sqlite') } }\n` },
    { entrypoint: 'main.cjs', container: 'node:20' },
  ],
  [
    'createRequire in an ES module',
    { 'main.mjs': `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nrequire('node:fs')\n` },
    { entrypoint: 'main.mjs' },
  ],
  ['ES syntax in .js for a Node that looks', { 'main.js': `import './other.js'\n`, 'other.js': 'export {}\n', 'package.json': '{}' }],
  ['CommonJS in .js', { 'main.js': `const fs = require('node:fs')\nmodule.exports = fs\n` }, { container: 'node:18' }],
  ['a builtin that the image has', { 'main.mjs': sqlite }, { entrypoint: 'main.mjs', container: 'node:24' }],
  ['a builtin, when nothing is known of the Node', { 'main.mjs': sqlite }, { entrypoint: 'main.mjs', container: 'owner/image:1' }],
  [
    'an addon for the image',
    { 'main.cjs': addon('x.node'), 'x.node': elf('libc.musl-x86_64.so.1') },
    { entrypoint: 'main.cjs', container: 'node:22-alpine' },
  ],
  [
    'addons for every system',
    { 'main.cjs': '1\n', 'prebuilds/linux-x64/x.node': elf('libc.so.6'), 'prebuilds/darwin-arm64/x.node': machO },
    { entrypoint: 'main.cjs' },
  ],
  ['#! with LF, and CRLF in text', { 'main.js': '#!/usr/bin/env node\nconsole.log(1)\r\n', 'a.txt': 'a\r\n' }],
  [
    '#! somewhere in a large file',
    { 'main.js': '1\n', 'a.bin': Buffer.concat([Buffer.alloc(256 * 1024), Buffer.from('#!sh\r\n'), Buffer.alloc(512 * 1024)]) },
  ],
  ['a digest', { 'main.js': '1\n' }, { container: `node@sha256:${'a'.repeat(64)}` }],
  ['a registry with a port', { 'main.js': '1\n' }, { container: 'localhost:5000/image:1.0' }],
  ['one of several entries', { 'a.js': '1\n', 'b.js': '2\n' }, { entrypoint: 'b.js', entries: ['a.js', 'b.js'] }],
  ['a script around the entry', { 'main.js': `import './entry.js'\n`, 'entry.js': 'export {}\n' }, { entries: ['entry.js'] }],
  [
    'an entrypoint that is no JavaScript',
    { 'main.py': 'import numpy\n', 'main.js': `import 'left-pad'\n` },
    { entrypoint: 'main.py', container: 'python:3.12-slim' },
  ],
  ['a file that is not JavaScript at all', { 'main.js': Buffer.from([0xff, 0, 0x80, 0x7b]) }],
  [
    'variables with a default, that are tested, set, or of the system',
    { 'main.js': '1\n' },
    {
      sourceModules: [
        {
          file: 'src/main.ts',
          code: `const a = process.env.A ?? 'a', b = process.env.B || 'b', { C = 'c' } = process.env
            if (process.env.D) go()
            process.env.E = '1'; use(process.env.E)
            const f = process.env.F === 'x', g = process.env.G ? 1 : 2, h = !process.env.H
            use(a, b, C, f, g, h, process.env.HOME, process.env.NODE_ENV, process.env[name], process.env)`,
        },
        { file: 'src/new.ts', code: 'syntax from the future ¡' },
      ],
    },
  ],
] as [string, Files, Case?][])('%s is nothing to complain of', async (_, files, options) => {
  expect(await check(files, options)).toEqual({ errors: [], warnings: [], message: undefined })
})

test.each([
  ['an ES module', { 'main.js': 'export {}\n', 'other.js': 'export {}\n', 'page.js': 'document.title = 1\n' }, true],
  ['an ES module beside a package.json', { 'main.js': 'export {}\n', 'package.json': '{}' }, false],
  ['an ES module beside a CommonJS module', { 'main.js': 'export {}\n', 'lib/other.js': `module.exports = require('node:fs')\n` }, false],
  [
    'an ES module beside a CommonJS module with a package.json of its own',
    { 'main.js': 'export {}\n', 'lib/other.js': 'exports.a = 1\n', 'lib/package.json': '{"type":"commonjs"}' },
    true,
  ],
  ['a CommonJS module', { 'main.js': `require('node:fs')\n` }, false],
  ['a script that is neither', { 'main.js': 'console.log(1)\n' }, false],
] as [string, Files, boolean][])('%s: whether the archive says what it is', async (_, files, expected) => {
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), files)
  const { files: count } = await pack({ directory: 'dist', root, env: {}, manifest: { name: 'a', version: '1.0', entrypoint: 'main.js' } })
  expect(count - Object.keys(files).length).toBe(expected ? 1 : 0)
})

test.each([
  ['begins with an import', `#!/usr/bin/env node\n// a\n/* b */ import{a}from'node:fs';\n${filler}`, true],
  ['begins with an import that has a name', `import a from 'node:fs';\n${filler}`, true],
  ['ends with exports', `${filler}\nexport { filler_a as b };\n//# sourceMappingURL=main.js.map\n`, true],
  ['ends with exports in a line of more', `${filler}\nvar a=1;export{a as b};\n`, true],
  ['exports in its midst', `${filler}\nexport const a = 1\n${filler.replaceAll('filler', 'more')}`, true],
  ['begins with an import that is called', `import('node:fs').then(() => {})\n${filler}`, false],
  ['ends with exports in a comment', `${filler}\n/*\nexport { a };\n//*/`, false],
  ['ends with exports in a comment of a line', `${filler}\n// as in a;export { a };\n`, false],
  ['ends with exports in a template', `${filler}\nvar text = \`\nexport { a };\n//\``, false],
])('without checks, a large file that %s is found to be what it is', async (_, code, isModule) => {
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), { 'main.js': rename(code) })
  const options = { directory: 'dist', root, env: {}, manifest: { name: 'a', version: '1.0', entrypoint: 'main.js' } }
  const { files, hash } = await pack({ ...options, checks: false })
  expect(files).toBe(isModule ? 2 : 1)
  expect((await pack(options)).hash).toEqual(hash)
})

test('a large file that was read ahead is checked as it is in the end', async () => {
  const root = await temporaryDirectory()
  const main = join(root, 'dist/main.js')
  await writeFiles(root, { 'dist/main.js': rename(`import 'node:fs'\n${filler.repeat(8)}`) })
  const problems = (): Promise<string> =>
    pack({ directory: 'dist', root, env: {}, manifest: { name: 'a', version: '1.0', entrypoint: 'main.js' } }).then(
      () => '',
      (error: unknown) => String(error),
    )
  readAhead(main)
  expect(await problems()).toBe('')
  readAhead(main)
  await appendFile(main, `import 'left-pad'\n`)
  expect(await problems()).toMatch(/\[missing-import\] main\.js imports "left-pad"/)
  readAhead(main)
  expect(await problems()).toMatch(/\[missing-import\] main\.js imports "left-pad"/)
  readAhead(join(root, 'nothing.js'))
})

test('all problems are one error, each with its code, its remedy, and how to switch it off', async () => {
  const { message } = await check(
    { 'main.cjs': `#!/usr/bin/env node\r\nrequire('left-pad')\nrequire('node:sqlite')\n` },
    { entrypoint: 'main.cjs', container: 'node:20' },
  )
  expect(message).toBe(`The app would fail in container node:20 (3 errors):
  - [missing-import] main.cjs requires "left-pad", which is not in the archive.
    Nothing is installed in the container. Bundle it (the option "entry" does that), copy it into the output, or use an image that includes it.
  - [newer-builtin] main.cjs requires "node:sqlite", which needs Node 22.13 or 23.4.
    Use a newer image, or replace the builtin.
  - [crlf-shebang] The #! line of main.cjs ends with CRLF, so the system cannot start it.
    Save it with LF line endings. To keep them in git, add "* text=auto eol=lf" to .gitattributes.
To override a check, set its level: checks: { 'missing-import': 'off' }.`)
})

test('every check can be made an error, a warning, or nothing', async () => {
  const files = { 'main.js': `import 'left-pad'\n` }
  expect(await check(files, { checks: { 'missing-import': 'off' } })).toMatchObject({ errors: [], warnings: [] })
  expect(await check(files, { checks: { 'missing-import': 'warn' } })).toMatchObject({
    errors: [],
    warnings: [expect.stringContaining('left-pad')],
  })
  expect(await check(files, { checks: { 'floating-tag': 'error' }, container: 'node' })).toMatchObject({
    errors: [expect.stringContaining('[floating-tag]')],
    warnings: [expect.stringContaining('left-pad')],
  })
  expect(await check(files, { checks: false, container: 'node' })).toMatchObject({ errors: [], warnings: [] })
})

test.each([
  [{ 'no-such-check': 'off' }, /^Unknown option "checks\.no-such-check"\.\nKnown options: missing-import, /],
  [{ 'missing-import': 'loud' }, /sets "missing-import" to "loud"/],
])('checks: %j is an error', async (checks, message) => {
  await expect(pack({ directory: '.', env: {}, checks: checks as PackOptions['checks'] })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringMatching(message) as string,
  })
})
