import { chmod, mkdir, readdir, readlink, stat, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listen } from '../helpers/listen.ts'
import { startPlatform } from '../helpers/platform.ts'
import { writeFiles } from '../helpers/project.ts'
import { tarOf } from '../helpers/tar-of.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { uploader } from '../helpers/uploader.ts'

test('a directory that is there stays the same one: that of a shell, one with rights of its own, and one behind a link', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'app/main.py': '' })
  await uploader(['publish', 'app', '--manifest.name', 'app', '--manifest.version', '1.0'], { cwd: root, env: platform.env })
  const real = join(root, 'real')
  await mkdir(real)
  await chmod(real, 0o700)
  await symlink('real', join(root, 'link'))
  const before = await stat(real)
  expect(await uploader(['pull', 'app', '-o', '.'], { cwd: real, env: platform.env })).toMatchObject({ exitCode: 0 })
  expect(await stat(real)).toMatchObject({ ino: before.ino, mode: before.mode })
  expect((await readdir(real)).toSorted()).toEqual(['app', 'manifest.json'])

  const other = join(root, 'other')
  await mkdir(other)
  await symlink('other', join(root, 'second'))
  expect(await uploader(['pull', 'app', '-o', 'second'], { cwd: root, env: platform.env })).toMatchObject({ exitCode: 0 })
  expect(await readlink(join(root, 'second'))).toBe('other')
  expect((await readdir(other)).toSorted()).toEqual(['app', 'manifest.json'])
  expect((await readdir(root)).toSorted()).toEqual(['app', 'link', 'other', 'real', 'second'])
})

/** A platform that has one archive, of an app named `app`, and does something before it hands it out. */
async function serveArchive(archive: Buffer, before: () => Promise<unknown> = async () => {}): Promise<Record<string, string>> {
  const server = createServer(async (request, response) => {
    if (request.url === '/archive') {
      await before()
      return response.end(archive)
    }
    const record = { name: 'app', version: '1.0' }
    response.setHeader('content-type', 'application/json')
    const link = { ok: true, message: `http://${request.headers.host}/archive` }
    return response.end(JSON.stringify(request.url?.endsWith('/download') ? link : { app: record }))
  })
  return { BYTENITE_API_URL: `http://127.0.0.1:${await listen(server)}/v1`, BYTENITE_ACCESS_TOKEN: 'a-token' }
}

test('what comes into the directory meanwhile stays, and nothing is added to it', async () => {
  const root = await temporaryDirectory()
  await mkdir(join(root, 'out'))
  const archive = await tarOf({ 'manifest.json': '{}', 'app/main.py': '' })
  const env = await serveArchive(archive, () => writeFiles(root, { 'out/manifest.json': 'mine' }))
  expect(await uploader(['pull', 'app', '-o', 'out'], { cwd: root, env })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('is not empty. Nothing was changed.') as string,
  })
  expect(await readdir(join(root, 'out'))).toEqual(['manifest.json'])
})

test('nobody else can read the archive while it comes, because it may have a login in it', async () => {
  const root = await temporaryDirectory()
  const modes: number[] = []
  const note = async (): Promise<void> => {
    for (const name of await readdir(root)) modes.push((await stat(join(root, name))).mode & 0o777)
  }
  const env = await serveArchive(await tarOf({ 'manifest.json': '{}', 'app/main.py': '' }), note)
  expect(await uploader(['pull', 'app'], { cwd: root, env })).toMatchObject({ exitCode: 0 })
  expect(modes).toEqual([0o700])
})

test.each(['null', '[]', '1'])('an archive whose manifest is %s is refused by what is wrong with it', async (content) => {
  const root = await temporaryDirectory()
  const env = await serveArchive(await tarOf({ 'manifest.json': content, 'app/main.py': '' }))
  expect(await uploader(['pull', 'app'], { cwd: root, env })).toMatchObject({
    exitCode: 9,
    stderr: expect.stringContaining('[INVALID_ARCHIVE] The archive of app@1.0 has a manifest.json without fields.') as string,
  })
  expect(await readdir(root)).toEqual([])
})

test('fields that go deeper than anybody can look are compared as a file', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.py': '' })
  const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
  const env = await serveArchive(await tarOf({ 'manifest.json': '{}', 'template.json': deep }))
  const named = ['--manifest.name', 'app', '--manifest.version', '1.0']
  expect(await uploader(['diff', 'app', 'dist', ...named], { cwd: root, env })).toMatchObject({ exitCode: 0, stderr: '' })
})
