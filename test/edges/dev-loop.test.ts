import { readdir, rename, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, startProgram, type Program } from '../helpers/process.ts'
import { processesWith, uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { rollup, vite } from '../helpers/programs.ts'
import { createProject, readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { hasTerminal, startOnTerminal } from '../helpers/terminal.ts'
import { waitFor } from '../helpers/wait-for.ts'

const packageFile = '{ "name": "counter", "version": "1.0.0", "type": "module" }'

/** The code of an app that writes results. */
function writing(results: Record<string, string>, more = ''): string {
  const writes = Object.entries(results).map(
    ([name, text]) => `writeFileSync(process.env.TASK_RESULTS_DIR + '/${name}', ${JSON.stringify(text)})`,
  )
  return [`import { writeFileSync } from 'node:fs'`, ...writes, more, ''].join('\n')
}

const viteProject = {
  'package.json': packageFile,
  'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
    export default { plugins: [bytenite({ entry: 'src/main.js', publish: false })] }\n`,
  'src/main.js': writing({ 'count.txt': 'one\ntwo\n' }),
}

const rollupProject = {
  'package.json': packageFile,
  'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
    export default { input: 'src/main.js', output: { dir: 'dist' }, external: /^node:/, plugins: [bytenite()] }\n`,
  'src/main.js': writing({ 'count.txt': 'one\ntwo\n' }),
}

const rollupWatch = ['node', ...rollup, '-w']

interface Loop {
  root: string
  program: Program
  /** The directory for temporary files, which has to be empty at the end. */
  temporary: string
  /** What was printed since the last call of `mark`. */
  recent(): string
  mark(): void
  /** Replaces a source. */
  save(path: string, content: string): Promise<void>
  /** Waits until something was printed since the last `mark`. */
  printed(expected: RegExp): Promise<void>
}

async function startLoop(files: Files, command: readonly string[], flags: readonly string[] = []): Promise<Loop> {
  const root = await createProject(files)
  const temporary = await temporaryDirectory()
  const program = startProgram('node', [localBin, 'dev', '--watch', ...flags, '--', ...command], { cwd: root, env: { TMPDIR: temporary } })
  let start = 0
  const recent = (): string => program.output().slice(start)
  return {
    root,
    program,
    temporary,
    recent,
    mark: () => void (start = program.output().length),
    async save(path, content) {
      // As a whole, because a watcher may build what is half written.
      await writeFile(join(root, 'saved.tmp'), content)
      await rename(join(root, 'saved.tmp'), join(root, path))
    },
    async printed(expected) {
      await waitFor(String(expected), () => expected.test(recent()), { details: program.output })
    },
  }
}

/** Makes sure that nothing of a loop is left: no file, and no server. */
async function expectNothingLeft({ program, temporary }: Pick<Loop, 'program' | 'temporary'>): Promise<void> {
  expect(await readdir(temporary)).toEqual([])
  const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(program.output()) ?? []
  const refused = await new Promise<string>((resolve) => {
    connect(Number(port), '127.0.0.1', () => resolve('connected')).once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code ?? ''),
    )
  })
  expect(refused).toBe('ECONNREFUSED')
}

test('each save is built, published and run, and the loop says what changed in the results, whatever failed before', async () => {
  const seconds = uniqueSeconds()
  const loop = await startLoop(viteProject, ['node', vite, 'build', '--watch'])
  const { root, program, save, printed, mark, recent } = loop
  await printed(/^counter@1\.0 revision 1: complete in .* s, 1 result\n {2}count\.txt {2}8 B\n {2}http:\/\/127\.0\.0\.1:\d+\/jobs\/\S+\n/m)
  await writeFiles(root, { 'results/mine.txt': 'mine' })

  // Nobody knows when it begins to watch.
  const changed =
    /^counter@1\.0 revision 2: .*, results: 1 changed, 1 added\n {2}changed {2}count\.txt {2}8 B → 15 B, 2 lines added, 1 removed\n {2}added {4}more\.txt {2}1 B\n/m
  await saveUntil('the next result', () => changed.test(recent()), {
    root,
    path: 'src/main.js',
    content: writing({ 'count.txt': 'one\nthree\nfour\n', 'more.txt': 'x' }),
  })
  expect(Object.keys(await readFiles(join(root, 'results'))).toSorted()).toEqual(['count.txt', 'mine.txt', 'more.txt'])

  mark()
  await save('src/main.js', 'const (')
  await printed(/not published: the build failed/)
  await save('src/main.js', writing({}, `console.log('about to fail')\nprocess.exit(7)`))
  await printed(/^about to fail\n[^]*^bytenite-local: counter@1\.0 revision 3: Job \S+ failed: Task 0 failed: exited with code 7\.\n/m)
  // They stay as long as there are no newer ones.
  expect(Object.keys(await readFiles(join(root, 'results')))).toHaveLength(3)

  mark()
  await save('src/main.js', writing({}, `import { execFileSync } from 'node:child_process'\nexecFileSync('sleep', ['${seconds}'])`))
  await waitForProcesses(seconds, 1)
  await save('src/main.js', writing({ 'count.txt': 'one\nthree\nfour\n' }))
  await printed(/^counter@1\.0 revision 5: .*, results: 1 removed\n {2}removed {2}more\.txt {2}1 B\n/m)
  expect(recent().match(/abort|failed|superseded/gi)).toEqual(['Abort'])
  expect(recent()).toMatch(/^Aborted job \S+, because a newer version was published\n/m)
  expect(await processesWith(seconds)).toEqual([])
  expect(Object.keys(await readFiles(join(root, 'results'))).toSorted()).toEqual(['count.txt', 'mine.txt'])

  mark()
  await save('src/main.js', writing({ 'count.txt': 'one\nthree\nfour\n' }, '// The code is another one.\nconsole.log(1)'))
  await printed(/^counter@1\.0 revision 6: .*, the same results \(1 result\)\n/m)

  mark()
  await save('src/main.js', writing({ 'count.txt': 'one\nthree\nfour\n' }, '// The code is another one.\nconsole.log(1)'))
  await printed(/up to date counter@1\.0/)
  await save('src/main.js', writing({}, `import { execFileSync } from 'node:child_process'\nexecFileSync('sleep', ['${seconds}'])`))
  await waitForProcesses(seconds, 1)
  expect(recent().match(/^Running /gm)).toHaveLength(1)
  program.kill('SIGINT')
  const { signal } = await program.end()
  expect(signal).toBe('SIGINT')
  expect(await processesWith(seconds)).toEqual([])
  await expectNothingLeft(loop)
})

/** Parts of one job, each with more of its options of the plugin and its code, which are built in this order. */
const parts = {
  task: [`template: { partitioner: 'cut' }`, `fs.cpSync(process.env.TASK_DIR + '/data.bin', process.env.TASK_RESULTS_DIR + '/out')`],
  cut: [
    `manifest: { name: 'cut', type: 'partitioner' }`,
    `for (const chunk of ['a', 'b']) fs.writeFileSync(process.env.CHUNKS_DIR + '/' + chunk, chunk)`,
  ],
  merge: [
    `manifest: { name: 'merge', type: 'assembler' }`,
    `fs.cpSync(process.env.TASK_RESULTS_DIR, process.env.OUTPUT_DIR + '/all', { recursive: true })`,
  ],
} as const

test('an app and its engines run together, whichever is published first, and again when one of them is published', async () => {
  const configs = Object.entries(parts).map(
    ([name, [options]]) => `{ input: 'src/${name}.js', output: { dir: 'dist/${name}', entryFileNames: 'main.js' }, external: /^node:/,
      plugins: [bytenite({ manifest: { name: '${name}' }, ${options} })] }`,
  )
  const loop = await startLoop(
    {
      'package.json': packageFile,
      'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'\nexport default [${configs.join(', ')}]\n`,
      ...Object.fromEntries(Object.entries(parts).map(([name, [, code]]) => [`src/${name}.js`, `import fs from 'node:fs'\n${code}\n`])),
    },
    rollupWatch,
  )
  const { root, program, printed, recent } = loop
  await printed(/^task@1\.0 revision 1 with cut@1\.0 revision 1 and merge@1\.0 revision 1: complete.*, (?:2 results|results: 2 added.*)\n/m)
  const again = /^task@1\.0 revision 1 with cut@1\.0 revision 2 and merge@1\.0 revision 1: .*, results: 2 changed\n/m
  await saveUntil('the next result', () => again.test(recent()), {
    root,
    path: 'src/cut.js',
    content: `import fs from 'node:fs'\n${parts.cut[1].replace(`'a', 'b'`, `'c', 'd'`)}\n`,
  })
  expect(program.output()).not.toContain('MISSING_ENGINE')
  expect(await readFiles(join(root, 'results'))).toEqual({ 'all/out_0': Buffer.from('c'), 'all/out_1': Buffer.from('d') })
  program.kill('SIGTERM')
  expect((await program.end()).signal).toBe('SIGTERM')
  await expectNothingLeft(loop)
})

test.skipIf(!hasTerminal)('on a terminal there is a link to log in, and closing it leaves nothing behind', async () => {
  const root = await createProject(rollupProject)
  const [temporary, seconds] = [await temporaryDirectory(), uniqueSeconds()]
  await writeFiles(root, { 'build.sh': `#!/bin/sh\nsleep ${seconds} &\nexec node ${rollup.join(' ')} -w\n` })
  const program = startOnTerminal(`exec node ${localBin} dev -w -- ./build.sh`, { cwd: root, env: { TMPDIR: temporary, TERM: 'xterm' } })
  await program.waitForOutput(/Dashboard, with a link that works once, within ten minutes: http:\/\/127\.0\.0\.1:\d+\/login\/link#\S+/)
  await program.waitForOutput(/counter@1\.0 revision 1: complete/)
  program.kill('SIGKILL')
  await waitForProcesses(seconds, 0)
  await waitFor('an empty directory', async () => (await readdir(temporary)).length === 0)
  await expectNothingLeft({ program, temporary })
})

test.each([
  [
    'fails',
    ['node', '-e', 'process.exit(3)'],
    1,
    /^bytenite-local: The build failed with exit code 3: node -e process\.exit\(3\)\nSee bytenite-uploader\/docs\/errors\.md#build_failed\n$/,
  ],
  ['publishes nothing', ['node', '-e', '0'], 1, /^bytenite-local: The build published no app to the local platform\./],
  ['is no watcher', ['node', ...rollup], 0, /such as node \S+ -c --watch\n$/],
] as const)('a build command that ends ends the loop: one that %s', async (_, command, code, message) => {
  const root = await createProject(rollupProject)
  const temporary = await temporaryDirectory()
  const { exitCode, stdout, stderr } = await run('node', [localBin, 'dev', '-w', '--', ...command], {
    cwd: root,
    env: { TMPDIR: temporary },
  })
  expect({ exitCode, text: code === 0 ? stdout : stderr }).toEqual({ exitCode: code, text: expect.stringMatching(message) as string })
  expect(stdout.includes('counter@1.0 revision 1: complete')).toBe(code === 0)
  expect(await readdir(temporary)).toEqual([])
})

test('a second signal ends the loop at once, and what a killed one left is removed by the next', async () => {
  const [cwd, temporary, seconds] = [await temporaryDirectory(), await temporaryDirectory(), uniqueSeconds()]
  // What it has started ignores the first signal, of which it says that it came.
  const ignoring = `(trap '' TERM; exec sleep ${seconds}) &`
  await writeFiles(cwd, { 'build.sh': `#!/bin/sh\ntrap 'echo told' TERM\n${ignoring}\necho started\nwait $!\nwait $!\n` })
  const start = async (): Promise<Program> => {
    const program = startProgram('node', [localBin, 'dev', '-w', '--', './build.sh'], { cwd, env: { TMPDIR: temporary } })
    await program.waitForOutput('started\n')
    await waitForProcesses(seconds, 1)
    return program
  }
  const killed = await start()
  killed.kill('SIGKILL')
  await killed.end()
  expect(await readdir(temporary)).toHaveLength(1)
  await run('node', [localBin, 'dev', '--', 'node', '-e', '0'], { cwd, env: { TMPDIR: temporary } })
  expect(await readdir(temporary)).toEqual([])
  await waitForProcesses(seconds, 0)

  const program = await start()
  program.kill('SIGINT')
  // Two signals that are sent at once may arrive the other way round.
  await program.waitForOutput('told')
  program.kill('SIGTERM')
  expect((await program.end(2_500)).signal).toBe('SIGTERM')
  await waitForProcesses(seconds, 0)
  expect(await readdir(temporary)).toEqual([])
})
