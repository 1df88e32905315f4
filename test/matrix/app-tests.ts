import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callApi } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import type { Bundler } from './bundlers.ts'
import { commands, type MatrixContext, type MatrixProject } from './context.ts'

/** An ES module and a CommonJS module of npm, a module of the app's own, and one that is loaded later. */
const appCode = `import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import isOdd from 'is-odd'
import { shout } from './shout'

const { length } = nanoid(7)
const text: string = readFileSync(join(process.env.TASK_DIR!, 'data.bin'), 'utf8')
const { mark } = await import('./mark')
writeFileSync(join(process.env.TASK_RESULTS_DIR!, 'result.txt'), shout(text) + mark + length + isOdd(length))
`

const native = `import { add } from 'native-add'\nconsole.log(add(1, 2))\n`

const configs: Record<Bundler['kind'], (options: string) => string> = {
  vite: (options) => `import { bytenite } from 'vite-plugin-bytenite'
    export default { plugins: [bytenite({ entry: 'src/main.ts', ${options} })] }`,
  rollup: (options) => `import commonjs from '@rollup/plugin-commonjs'
    import nodeResolve from '@rollup/plugin-node-resolve'
    import typescript from '@rollup/plugin-typescript'
    import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
    export default {
      ...nodeWorker('src/main.ts'),
      plugins: [nodeResolve({ preferBuiltins: true, extensions: ['.mjs', '.js', '.ts'] }), commonjs(), typescript(), bytenite({ ${options} })],
    }`,
  rolldown: (options) => `import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
    export default { ...nodeWorker('src/main.ts'), plugins: [bytenite({ ${options} })] }`,
}

/** The folders of an app and its two engines, each with a config for the bundler. */
function parts(kind: Bundler['kind'], prefix: string): Files {
  const part = (folder: string, options: string, code: string): Files => ({
    [`${folder}/package.json`]: JSON.stringify({ name: `${prefix}-${folder}`, version: '1.0.0', type: 'module' }),
    [`${folder}/tsconfig.json`]:
      '{ "compilerOptions": { "module": "esnext", "target": "es2022", "moduleResolution": "bundler", "types": ["node"], "skipLibCheck": true }, "include": ["src"] }',
    [`${folder}/src/main.ts`]: code,
    [`${folder}/${kind === 'vite' ? 'vite' : 'rollup'}.config.js`]: configs[kind](options),
  })
  return {
    ...part(
      'cut',
      `manifest: { type: 'partitioner' }`,
      `const directory: string | undefined = process.env.CHUNKS_DIR\nconsole.log(directory)\n`,
    ),
    ...part(
      'paste',
      `manifest: { type: 'assembler' }`,
      `const directory: string | undefined = process.env.OUTPUT_DIR\nconsole.log(directory)\n`,
    ),
    ...part('app', `template: { partitioner: '${prefix}-cut@1.0', assembler: '${prefix}-paste' }`, appCode),
    'app/src/shout.ts': 'export const shout = (text: string): string => text.toUpperCase()\n',
    'app/src/mark.ts': `export const mark: string = '!'\n`,
    ...part('native', '', native),
  }
}

/** An addon as packages have them: JavaScript of CommonJS beside what was compiled for this system. */
const nativeDependency: Files = {
  'package.json': '{ "name": "native-add", "version": "1.0.0", "main": "index.js" }',
  'index.js': `module.exports = require('./build/Release/add.node')\n`,
  'build/Release/add.node': Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(60), Buffer.from('libc.so.6\0')]),
}

/** What the app, its engines and their bundler make together. */
export function testApp(context: MatrixContext): void {
  const { kind } = context.bundler

  async function create(): Promise<{ project: MatrixProject; build: (folder: string) => ReturnType<MatrixProject['build']> }> {
    const prefix = `parts-${context.name}`
    const project = await context.create(parts(kind, prefix))
    const [command, ...parameters] = commands[kind]
    return { project, build: (folder) => project.execIn(folder, command, ...parameters) }
  }

  test('a TypeScript app with dependencies and both engines: built, checked, published, run', async () => {
    const { project, build } = await create()
    const { apiUrl, apiKey, env, client } = context.platform()
    for (const folder of ['cut', 'paste', 'app']) {
      const { exitCode, stdout, stderr } = await build(folder)
      expect(exitCode, stdout + stderr).toBe(0)
      expect(stdout + stderr).toContain(`published parts-${context.name}-${folder}@1.0`)
      expect(stdout + stderr).not.toMatch(/missing-import|module-format|unknown-variable/)
    }
    const { json } = await callApi(apiUrl, apiKey, `GET /dev/templates/parts-${context.name}-app-template`)
    expect(json).toMatchObject({ app: `parts-${context.name}-app@1.0`, partitioner: `parts-${context.name}-cut@1.0` })
    expect(await client.engines.get(`parts-${context.name}-paste`)).toMatchObject({ type: 'assembler' })
    const arrived = await context.platform().extract({ name: `parts-${context.name}-app`, version: '1.0' })
    expect(Object.keys(arrived).toSorted()).toEqual([
      'app/main.js',
      'app/main.js.map',
      'app/package.json',
      'manifest.json',
      'template.json',
    ])

    const cwd = await temporaryDirectory()
    await writeFiles(cwd, { 'in.txt': 'chunk' })
    await runSuccessfully('node', [localBin, 'run', `parts-${context.name}-app`, '--input', 'in.txt', '--out', 'out'], { cwd, env })
    expect(String((await readFiles(join(cwd, 'out')))['result.txt'])).toBe('CHUNK!7true')
    expect(await readFile(join(project.root, 'app/dist/main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  test('an app with a native dependency is stopped, and told why', async () => {
    const { project, build } = await create()
    await writeFiles(join(project.root, 'native/node_modules/native-add'), nativeDependency)
    const { exitCode, stdout, stderr } = await build('native')
    expect(exitCode, stdout + stderr).toBe(1)
    expect(stdout + stderr).toMatch(
      /native-add\/build\/Release\/add\.node, imported by \S*native-add\/index\.js(?:\?\S+)?, is a native addon, which cannot be bundled\.\s+Use a package without native code/,
    )
    expect(await context.platform().uploads()).not.toContain(`parts-${context.name}-native@1.0`)
  })
}
