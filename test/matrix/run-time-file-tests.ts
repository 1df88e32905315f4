import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { runTimeFileNames, runTimeFilesApp, runTimeFilesResult } from '../helpers/run-time-files.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import type { Bundler } from './bundlers.ts'
import type { MatrixContext } from './context.ts'
import { stop, watch } from './watch-tests.ts'

const configs: Record<Bundler['kind'], (options: string) => string> = {
  vite: (options) => `import { bytenite } from 'vite-plugin-bytenite'
    export default { plugins: [bytenite({ entry: 'src/main.ts', ${options} })] }`,
  rollup: (options) => `import nodeResolve from '@rollup/plugin-node-resolve'
    import commonjs from '@rollup/plugin-commonjs'
    import typescript from '@rollup/plugin-typescript'
    import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
    export default {
      ...nodeWorker('src/main.ts'),
      plugins: [nodeResolve({ preferBuiltins: true, extensions: ['.js', '.ts'] }), commonjs(), typescript(), bytenite({ ${options} })],
    }`,
  rolldown: (options) => `import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
    export default { ...nodeWorker('src/main.ts'), plugins: [bytenite({ ${options} })] }`,
}

const compilerOptions = { module: 'esnext', target: 'es2022', moduleResolution: 'bundler', types: ['node'], skipLibCheck: true }

function files(kind: Bundler['kind'], options = ''): Files {
  return {
    ...runTimeFilesApp('ts'),
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src/**/*.ts'] }),
    [`${kind === 'vite' ? 'vite' : 'rollup'}.config.js`]: configs[kind](options),
  }
}

/** What the code reads and runs while the task runs. */
export function testRunTimeFiles(context: MatrixContext): void {
  const { kind } = context.bundler

  test('files that the code reads and runs beside itself: built, published, run', async () => {
    const project = await context.create(files(kind))
    const output = await project.build()
    expect(output.stdout + output.stderr).not.toContain('missing-file')
    const arrived = await context.expectPublished(project, output)
    expect(Object.keys(arrived).toSorted()).toEqual(runTimeFileNames.map((name) => `app/${name}`))

    const printed = await runSuccessfully('node', ['dist/main.js'], { cwd: project.root })
    expect(JSON.parse(printed)).toEqual(runTimeFilesResult)
    const cwd = await temporaryDirectory()
    await runSuccessfully('node', [localBin, 'run', project.app, '--out', 'out'], { cwd, env: context.platform().env })
    expect(JSON.parse(String((await readFiles(join(cwd, 'out')))['result.json']))).toEqual(runTimeFilesResult)
  })

  test('watch: changes of such files are built, and a script that fails is built once it is mended', async () => {
    const project = await context.create(files(kind))
    const watcher = watch(context, project)
    const dist = (path: string) => async () => String((await readFiles(join(project.root, 'dist')))[path])
    const source = (path: string, content: string) => ({ root: project.root, path, content })
    const other = String(runTimeFilesApp('ts')['src/pool/other.ts'])
    await watcher.waitForOutput('not published: this is watch mode')
    await saveUntil(
      'a changed asset',
      async () => (await dist('data/tables.json')()).includes('"b"'),
      source('src/data/tables.json', '{"b":2}'),
    )
    await saveUntil(
      'a changed script',
      async () => (await dist('pool/other.js')()).includes('other way'),
      source('src/pool/other.ts', other.replace('other ', 'other way ')),
    )
    await saveUntil('a build that fails', () => watcher.output().includes('other.ts'), source('src/pool/other.ts', `${other}\n}}}`))
    await saveUntil(
      'a mended script',
      async () => (await dist('pool/other.js')()).includes('mended'),
      source('src/pool/other.ts', other.replace('other ', 'mended ')),
    )
    await stop(watcher)
  })
}
