import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalPlatform } from 'bytenite-local'
import { expect, test } from 'vitest'
import { openStore, serveRefused } from '../helpers/local-store.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test.each<[string, Record<string, string>]>([
  ['with files of somebody', { 'incoming/photo.jpg': 'photo', 'notes.txt': 'notes' }],
  ['with only a folder of the same name', { 'incoming/photo.jpg': 'photo' }],
  ['with folders of the same names', { 'apps/a.txt': 'a', 'engines/b.txt': 'b', 'templates/c.json': '{}', 'archives/d.tar': 'd' }],
  [
    'with folders of the same names and a file of its own',
    {
      'apps/app@1.0.json': '{}',
      'engines/e@1.0.json': '{}',
      'templates/t.json': '{}',
      [`archives/${'a'.repeat(64)}.tar`]: 'd',
      'incoming/photo.jpg': 'photo',
    },
  ],
  ['with a marker of another program', { 'bytenite-local.json': '"mine"' }],
  ['of a newer version', { 'bytenite-local.json': '{"format":3}', 'incoming/photo.jpg': 'photo' }],
])('a directory %s is refused, and stays as it is', async (_, files) => {
  const directory = await temporaryDirectory()
  await writeFiles(directory, files)
  const before = await readFiles(directory)
  const { exitCode, stderr } = await serveRefused(directory)
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(directory) as string })
  expect(stderr).toMatch(/not a directory of bytenite-local|newer version/)
  expect(await readFiles(directory)).toEqual(before)
  expect((await readdir(directory)).toSorted()).toEqual([...new Set(Object.keys(files).map((path) => path.split('/')[0]))].toSorted())
})

test('a file in the place of the directory is named', async () => {
  const parent = await temporaryDirectory()
  await writeFiles(parent, { data: 'mine' })
  expect(() => createLocalPlatform({ directory: join(parent, 'data') })).toThrow(`${join(parent, 'data')} is not a directory`)
  expect(await readFiles(parent)).toEqual({ data: Buffer.from('mine') })
})

test('an empty directory is used, also one that a file manager or a file system left something in', async () => {
  const directory = await temporaryDirectory()
  await mkdir(join(directory, 'lost+found'))
  await writeFiles(directory, { '.DS_Store': '', '.gitignore': '*' })
  await (await openStore(directory)).platform.close()
  expect(await readdir(directory)).toEqual(expect.arrayContaining(['bytenite-local.json', 'lost+found', '.DS_Store', '.gitignore']))
})

test('a store from before there was a marker is adopted by its shape', async () => {
  const directory = await temporaryDirectory()
  const before = await openStore(directory)
  await before.upload('x', {}, { id: 't', app: 'app' })
  const { apiKey } = before.platform
  await before.platform.close()
  await rm(join(directory, 'bytenite-local.json'))
  await writeFiles(directory, { [`incoming/${'0a'.repeat(12)}`]: 'half of an upload', 'apps/.DS_Store': '', 'notes.txt': 'of the user' })
  const after = await openStore(directory)
  expect(after.platform.apiKey).toBe(apiKey)
  expect((await after.call('GET /dev/apps/app')).status).toBe(200)
  expect((await after.call('GET /dev/templates/t')).status).toBe(200)
  expect(await readdir(directory)).toEqual(expect.arrayContaining(['bytenite-local.json', 'notes.txt']))
  expect(await readdir(join(directory, 'incoming'))).toEqual([])
  expect(after.warnings).toEqual([])
})

test('what others put into the directory is not removed', async () => {
  const directory = await temporaryDirectory()
  await (await openStore(directory)).platform.close()
  const files = {
    'incoming/photo.jpg': 'a',
    'archives/backup.tar': 'b',
    'archives/old/x.tar': 'c',
    'apps/notes.txt': 'd',
    'notes.txt': 'e',
  }
  await writeFiles(directory, files)
  await (await openStore(directory)).platform.close()
  expect(await readFiles(directory)).toMatchObject(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
  )
})
