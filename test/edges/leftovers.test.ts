import { chown, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { run, runSuccessfully, startProgram, type Program } from '../helpers/process.ts'
import { uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { writeFiles } from '../helpers/project.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const MARKER = 'bytenite-local.json'

interface Leftover {
  directory: string
  marker: Record<string, unknown>
}

/** Kills `dev` while its build runs, so that its scratch directory, with an API key in it, stays behind. */
async function leaveDirectory(temporary: string): Promise<Leftover> {
  const { program, build, directory } = await startDev(temporary)
  program.kill('SIGKILL')
  await program.end()
  // Nobody is left who could end the build.
  process.kill(build, 'SIGKILL')
  expect(await readdir(join(directory, 'platform'))).toContain('api-key')
  return { directory, marker: JSON.parse(await readFile(join(directory, MARKER), 'utf8')) as Record<string, unknown> }
}

async function startDev(temporary: string): Promise<{ program: Program; build: number; directory: string }> {
  const before = await readdir(temporary)
  const seconds = uniqueSeconds()
  const cwd = await temporaryDirectory()
  const program = startProgram('node', [localBin, 'dev', '--', 'sh', '-c', `exec sleep ${seconds} >&- 2>&-`], {
    cwd,
    env: { TMPDIR: temporary },
  })
  const [build = 0] = await waitForProcesses(seconds, 1)
  const name = (await readdir(temporary)).find((found) => !before.includes(found)) ?? ''
  return { program, build, directory: join(temporary, name) }
}

/** A directory as the process of a leftover would have made it, but for what `change` says. */
async function imitate({ directory, marker }: Leftover, name: string, change: Record<string, unknown> = {}): Promise<string> {
  const copy = join(directory, '..', name)
  await mkdir(copy)
  await writeFile(join(copy, MARKER), JSON.stringify({ ...marker, directory: copy, ...change }))
  return name
}

const starts: Record<string, (env: Record<string, string>) => Promise<unknown>> = {
  async serve(env) {
    const program = await serve(['--port', '0', '--dir', await temporaryDirectory()], env)
    program.kill()
    await program.end()
  },
  dev: async (env) => run('node', [localBin, 'dev', '--', 'false'], { cwd: await temporaryDirectory(), env }),
}

test.each(Object.keys(starts))('%s removes what killed processes left in the temporary directory', async (command) => {
  const temporary = await temporaryDirectory()
  const leftover = await leaveDirectory(temporary)
  await imitate(leftover, 'bytenite-local-later', { pid: process.pid })
  await imitate(leftover, 'bytenite-local-before', { pid: process.pid, startTime: undefined, bootId: 'an earlier one' })
  await starts[command]?.({ TMPDIR: temporary })
  expect(await readdir(temporary)).toEqual([])
})

test('directories of running processes, of others, and without their own marker stay', async () => {
  const temporary = await temporaryDirectory()
  const leftover = await leaveDirectory(temporary)
  const names = [
    await imitate(leftover, 'another-name'),
    await imitate(leftover, 'bytenite-local-user', { uid: Number(leftover.marker['uid']) + 1 }),
    await imitate(leftover, 'bytenite-local-machine', { host: 'another' }),
    await imitate(leftover, 'bytenite-local-container', { pidNamespace: 'pid:[1]' }),
    await imitate(leftover, 'bytenite-local-moved', { directory: join(temporary, 'bytenite-local-before') }),
    await imitate(leftover, 'bytenite-local-process', { pid: 'x' }),
  ]
  const add = async (name: string, files: Record<string, string>): Promise<string> => {
    await mkdir(join(temporary, name))
    await writeFiles(join(temporary, name), files)
    names.push(name)
    return join(temporary, name)
  }
  await add('bytenite-local-unmarked', { file: 'x' })
  await add('bytenite-local-empty', { [MARKER]: '' })
  await add('bytenite-local-null', { [MARKER]: 'null' })
  await symlink(join(leftover.directory, MARKER), join(await add('bytenite-local-link', {}), MARKER))
  await runSuccessfully('mkfifo', [MARKER], { cwd: await add('bytenite-local-pipe', {}) })
  await cp(leftover.directory, await add('bytenite-local-copy', {}), { recursive: true })
  const elsewhere = await temporaryDirectory()
  await writeFile(join(elsewhere, MARKER), JSON.stringify({ ...leftover.marker, directory: join(temporary, 'bytenite-local-elsewhere') }))
  await symlink(elsewhere, join(temporary, 'bytenite-local-elsewhere'))
  names.push('bytenite-local-elsewhere')
  if (process.getuid?.() === 0) {
    const foreign = await imitate(leftover, 'bytenite-local-foreign')
    await chown(join(temporary, foreign), 1, 1)
    names.push(foreign)
  }
  const { program, directory } = await startDev(temporary)
  names.push(basename(directory))

  await starts['dev']?.({ TMPDIR: temporary })
  expect((await readdir(temporary)).toSorted()).toEqual(names.toSorted())
  expect(await readdir(elsewhere)).toEqual([MARKER])
  program.kill('SIGTERM')
  await program.end()
})

test('serve starts without a temporary directory', async () => {
  const directory = await temporaryDirectory()
  await serve(['--port', '0', '--dir', directory], { TMPDIR: join(directory, 'nowhere') })
})
