import { lstat, readdir, readFile, readlink, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import type { Ending } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { publishScript, runTask } from '../helpers/published-task.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** Runs a shell script, in the results directory, as a task. The results go to `out`, which may have files already. */
async function collect(script: string, cwd: string): Promise<Ending> {
  const platform = await startPlatform()
  await publishScript(platform, `cd "$TASK_RESULTS_DIR"\n${script}`)
  return runTask(platform, ['--out', 'out'], cwd)
}

/** What arrived, without following links. */
async function arrived(out: string): Promise<Record<string, string>> {
  const entries = await readdir(out, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory())
  return Object.fromEntries(
    await Promise.all(
      files.map(async ({ name, parentPath }) => {
        const file = join(parentPath, name)
        expect((await lstat(file)).isFile(), file).toBe(true)
        return [file.slice(out.length + 1), await readFile(file, 'utf8')] as const
      }),
    ),
  )
}

test('links to other results arrive as files', async () => {
  const cwd = await temporaryDirectory()
  const { exitCode, stdout, stderr } = await collect(
    `mkdir -p runs/1; echo one > runs/1/log; ln -s runs/1/log last; ln -s "$PWD/runs/1/log" absolute; ln -s last again; ln -s runs/1 latest; ln -s ../runs runs/2`,
    cwd,
  )
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: 'bytenite-local: Skipped a result, because it is a link to a directory that contains it: runs/2\n',
  })
  expect(await arrived(join(cwd, 'out'))).toEqual({
    'runs/1/log': 'one\n',
    last: 'one\n',
    absolute: 'one\n',
    again: 'one\n',
    'latest/log': 'one\n',
  })
  expect(
    stdout
      .split('\n')
      .filter((line) => line.startsWith('out/'))
      .toSorted(),
  ).toEqual(['absolute', 'again', 'last', 'latest/log', 'runs/1/log'].map((name) => `out/${name}`))
})

const skipped = (path: string, reason: string): string => `bytenite-local: Skipped a result, because ${reason}: ${path}`

test('what is not a file is left out by name, and the rest arrives', async () => {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { secret: 'of the user' })
  const isRoot = process.getuid?.() === 0
  const { exitCode, stderr } = await collect(
    `echo a > a; mkdir sub; echo z > sub/z
    ln -s ${cwd}/secret outside; ln -s ../../.. upward; ln -s nowhere broken; ln -s loop loop; ln -s ${cwd} sub/directory
    mkfifo sub/pipe; ln -s sub/pipe to-pipe
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
    echo 1 > "$(printf 'b\\303\\377\\033')"; mkdir "$(printf 'd\\377')"; echo 1 > "$(printf 'd\\377')/inner"
    ${isRoot ? 'mknod device c 1 3' : ''}`,
    cwd,
  )
  expect(exitCode, stderr).toBe(0)
  expect(await arrived(join(cwd, 'out'))).toEqual({ a: 'a\n', 'sub/z': 'z\n' })
  const outside = 'it is a link that leads out of the results directory'
  expect(stderr.trim().split('\n').toSorted()).toEqual(
    [
      skipped('b\\xc3\\xff\\x1b', 'its name is not UTF-8'),
      skipped('broken', 'it is a broken link'),
      skipped('d\\xff', 'its name is not UTF-8'),
      skipped('loop', 'it is a broken link'),
      skipped('outside', outside),
      skipped('socket', 'it is a socket'),
      skipped('sub/directory', outside),
      skipped('sub/pipe', 'it is a named pipe'),
      skipped('to-pipe', 'it is a link to a named pipe'),
      skipped('upward', outside),
      ...(isRoot ? [skipped('device', 'it is a device')] : []),
    ].toSorted(),
  )
})

test('a name with control characters arrives, and is shown in one line', async () => {
  const cwd = await temporaryDirectory()
  const { stdout } = await collect(`echo 1 > "$(printf 'a\\nforged\\033[31m')"`, cwd)
  expect(stdout).toMatch(/^Running task@1\.0 as job \S+\nComplete in .*\nout\/a\\nforged\\u001b\[31m\n$/)
})

test('no permissions arrive, set-user-ID and set-group-ID bits included', async () => {
  const cwd = await temporaryDirectory()
  const { exitCode, stderr } = await collect('echo 1 > tool; chmod 6755 tool; echo 2 > plain; chmod 640 plain', cwd)
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: 'bytenite-local: Copied a result without its set-user-ID and set-group-ID bits: tool\n',
  })
  const modes = await Promise.all(['tool', 'plain'].map(async (name) => (await stat(join(cwd, 'out', name))).mode & 0o7777))
  const usual = 0o666 & ~process.umask()
  expect(modes).toEqual([usual, usual])
})

test('linked directories that link to each other do not multiply', async () => {
  const cwd = await temporaryDirectory()
  const { exitCode } = await collect(
    `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do mkdir $i; echo x > $i/x; ln -s ../$((i + 1)) $i/a; ln -s ../$((i + 1)) $i/b; done`,
    cwd,
  )
  expect(exitCode).toBe(0)
  expect(Object.keys(await arrived(join(cwd, 'out')))).toHaveLength(20 + 19 * 2)
})

test('nothing is written through links in the output directory', async () => {
  const cwd = await temporaryDirectory()
  const elsewhere = await temporaryDirectory()
  await writeFiles(elsewhere, { 'kept.txt': 'kept' })
  await writeFiles(cwd, { 'out/old.txt': 'old', 'out/place/inner': 'x' })
  await symlink(join(elsewhere, 'kept.txt'), join(cwd, 'out/result.txt'))
  await symlink(join(elsewhere, 'new.txt'), join(cwd, 'out/new.txt'))
  await symlink(elsewhere, join(cwd, 'out/sub'))
  const { exitCode, stderr } = await collect(
    'for name in result.txt new.txt old.txt place last; do echo task > $name; done; mkdir -p sub/deep; echo 1 > sub/kept.txt; echo 1 > sub/deep/x',
    cwd,
  )
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(
      /^bytenite-local: Not all results could be written\. .*: out\/place, out\/sub\. Remove them, or .*\n$/,
    ) as string,
  })
  expect(await readFiles(elsewhere)).toEqual({ 'kept.txt': Buffer.from('kept') })
  const written = Object.fromEntries(['result.txt', 'new.txt', 'old.txt', 'last'].map((name) => [name, 'task\n']))
  expect(await readlink(join(cwd, 'out/sub'))).toBe(elsewhere)
  for (const [name, content] of Object.entries(written)) {
    expect((await lstat(join(cwd, 'out', name))).isFile(), name).toBe(true)
    expect(await readFile(join(cwd, 'out', name), 'utf8')).toBe(content)
  }
})

test('the output directory may itself be a link', async () => {
  const cwd = await temporaryDirectory()
  const elsewhere = await temporaryDirectory()
  await symlink(elsewhere, join(cwd, 'out'))
  expect(await collect('echo 1 > a', cwd)).toMatchObject({ exitCode: 0 })
  expect(await arrived(elsewhere)).toEqual({ a: '1\n' })
})

test('an output directory that cannot be created is an error before the task starts', async () => {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { out: 'a file' })
  const { exitCode, stdout, stderr } = await collect('echo started', cwd)
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(/^bytenite-local: Could not write out: .*\. Choose another directory/) as string,
  })
})

test.each([
  [
    'a link',
    'cd ..; rmdir results; ln -s "$TASK_DIR" results',
    'bytenite-local: Skipped a result, because the task replaced its results directory: .\n',
  ],
  [
    'a file',
    'cd ..; rmdir results; echo 1 > results',
    'bytenite-local: Skipped a result, because the task replaced its results directory: .\n',
  ],
  ['nothing', 'rmdir ../results', ''],
])('a task that puts %s in the place of its results directory has no results', async (_, script, expected) => {
  const cwd = await temporaryDirectory()
  expect(await collect(script, cwd)).toMatchObject({ exitCode: 0, stderr: expected })
  expect(await arrived(join(cwd, 'out'))).toEqual({})
})
