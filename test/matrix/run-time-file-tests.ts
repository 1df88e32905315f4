import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, type Files } from '../helpers/project.ts'
import { runTimeFileNames, runTimeFilesApp, runTimeFilesResult } from '../helpers/run-time-files.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'
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
    const names = Object.keys(arrived).filter((name) => name !== 'app/stale.js')
    expect(names.toSorted()).toEqual(runTimeFileNames.map((name) => `app/${name}`))

    const printed = await runSuccessfully('node', ['dist/main.js'], { cwd: project.root })
    expect(JSON.parse(printed)).toEqual(runTimeFilesResult)
    const cwd = await temporaryDirectory()
    await runSuccessfully('node', [localBin, 'run', project.app, '--out', 'out'], { cwd, env: context.platform().env })
    expect(JSON.parse(String((await readFiles(join(cwd, 'out')))['result.json']))).toEqual(runTimeFilesResult)
  })

  test('watch: what changes of such files is built, and what fails is built once it is mended', async () => {
    const project = await context.create(files(kind))
    const watcher = watch(context, project)
    const hasText = (path: string, text: string) => async (): Promise<boolean> => {
      // A rebuild may just have emptied the directory.
      const content = await readFile(join(project.root, 'dist', path), 'utf8').catch(() => '')
      return content.includes(text)
    }
    const edited = (path: string, from: string, to: string) => {
      const content = String(runTimeFilesApp('ts')[path])
      expect(content).toContain(from)
      return { root: project.root, path, content: content.replace(from, to) }
    }
    const isBuilt = (): boolean => watcher.output().includes('not published: this is watch mode')
    await waitFor('the first build', isBuilt, { timeout: 90_000, details: watcher.output })
    await saveUntil('an asset', hasText('data/tables.json', '"b"'), edited('src/data/tables.json', '"a"', '"b"'))
    await saveUntil('a script', hasText('pool/other.js', 'another'), edited('src/pool/other.ts', 'other ', 'another '))
    await saveUntil('a failure', () => watcher.output().includes('other.ts'), edited('src/pool/other.ts', 'const port', '}}} const port'))
    await saveUntil('a mended script', hasText('pool/other.js', 'mended'), edited('src/pool/other.ts', 'other ', 'mended '))
    await saveUntil('the entry', hasText('main.js', 'total'), edited('src/main.ts', 'sum:', 'total:'))
    await stop(watcher)
  })
}
