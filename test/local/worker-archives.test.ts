import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pack, type Header } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { unpackDirectories } from '../../packages/local/dist/runners/workers/archives.js'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** The types take all of it for required. */
type EntryHeader = Pick<Header, 'name'> & Partial<Header>

async function unpack(entries: EntryHeader[]): Promise<{ results: string; outside: string }> {
  const outside = await temporaryDirectory()
  const results = join(outside, 'ümläut', 'results')
  await mkdir(results, { recursive: true })
  const tar = pack()
  for (const entry of entries) tar.entry(entry, entry.type === undefined ? 'text' : '')
  tar.finalize()
  await unpackDirectories(tar as AsyncIterable<Buffer>, { results })
  return { results, outside }
}

describe('results from a worker', () => {
  test('are files, directories and links', async () => {
    const { results } = await unpack([
      { name: 'results/', type: 'directory' },
      { name: 'results/a b\n', mode: 0o755 },
      { name: 'results/ünï→😀' },
      { name: `results/${'n'.repeat(200)}/${'ü'.repeat(100)}` },
      { name: 'results/link', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'results/same link', type: 'link', linkname: 'results/link' },
      { name: 'results/same', type: 'link', linkname: 'results/ünï→😀' },
    ])
    expect((await readdir(results)).toSorted()).toEqual(['a b\n', 'link', 'n'.repeat(200), 'same', 'same link', 'ünï→😀'])
    expect(await readFile(join(results, 'same'), 'utf8')).toBe('text')
    expect(await readlink(join(results, 'same link'))).toBe('/etc/passwd')
    expect((await lstat(join(results, 'a b\n'))).mode & 0o777).toBe(0o755)
    expect(await readdir(join(results, 'n'.repeat(200)))).toEqual(['ü'.repeat(100)])
  })

  test('may be a link or a file in place of their directory', async () => {
    const { results, outside } = await unpack([{ name: 'results', type: 'symlink', linkname: '/etc' }])
    expect(await readlink(results)).toBe('/etc')
    expect(await readdir(outside)).toEqual(['ümläut'])
    expect(await readFile((await unpack([{ name: 'results' }])).results, 'utf8')).toBe('text')
  })

  test.each<[string, EntryHeader[]]>([
    ['a path that leads out', [{ name: 'results/../../evil' }]],
    ['an absolute path', [{ name: '/tmp/evil' }]],
    ['another directory', [{ name: 'task/data.bin' }]],
    ['a name of every object', [{ name: 'constructor/x' }]],
    ['a file below a link', [{ name: 'results/link', type: 'symlink', linkname: '../..' }, { name: 'results/link/evil' }]],
    ['a file below a link in place of the directory', [{ name: 'results', type: 'symlink', linkname: '..' }, { name: 'results/evil' }]],
    ['a file below a file', [{ name: 'results/a' }, { name: 'results/a/b' }]],
    ['two files of one name', [{ name: 'results/a' }, { name: 'results/a' }]],
    ['a file that is elsewhere under another name', [{ name: 'results/a', type: 'link', linkname: '/etc/passwd' }]],
    ['one that is not there', [{ name: 'results/a', type: 'link', linkname: 'results/b' }]],
    ['a name that is too long', [{ name: `results/${'n'.repeat(300)}` }]],
  ])('are refused with %s', async (_, entries) => {
    const evil = join(await temporaryDirectory(), 'evil')
    await expect(unpack(entries)).rejects.toThrow(expect.objectContaining({ name: 'ArchiveError' }) as Error)
    expect(existsSync(evil)).toBe(false)
  })
})
