import { createHash } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { array, assert, asyncProperty, constantFrom, record } from 'fast-check'
import { pack, type Header } from 'tar-stream'
import { expect, test } from 'vitest'
import { UnpackedCode } from '../../packages/local/dist/jobs/services/unpacked-code.js'
import { callApi, startPlatform, type ApiResponse, type TestPlatform } from '../helpers/platform.ts'
import { readFiles } from '../helpers/project.ts'
import { seed } from '../helpers/seed.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

type Entry = Partial<Header> & { name: string; content?: string }

const manifest = { name: 'app', version: '1.0', platform: 'docker', entrypoint: 'main.js', platform_config: { container: 'any' } }

/** An app. */
const app: Entry[] = [
  { name: 'manifest.json', content: JSON.stringify(manifest) },
  { name: 'app/main.js', content: 'console.log(1)' },
]

function tarOf(entries: Entry[]): Promise<Buffer> {
  const tar = pack()
  for (const { content = '', ...header } of entries) {
    if (header.type === undefined || header.type === 'file') tar.entry({ mtime: new Date(0), ...header }, content)
    else tar.entry({ mtime: new Date(0), ...header })
  }
  tar.finalize()
  return buffer(tar as AsyncIterable<Uint8Array>)
}

/** Puts bytes in the place of others of the same length, all of them in headers, and corrects the checksums. */
function replaceInHeaders(tar: Buffer, text: string, bytes: Buffer): Buffer {
  for (let at = tar.indexOf(text); at !== -1; at = tar.indexOf(text)) {
    bytes.copy(tar, at)
    const header = tar.subarray(at - (at % 512), at - (at % 512) + 512)
    header.fill(' ', 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  }
  return tar
}

function upload({ apiUrl, apiKey }: TestPlatform, tar: Buffer): Promise<ApiResponse> {
  return callApi(apiUrl, apiKey, 'POST /dev/apps', JSON.stringify({ data: tar.toString('base64') }))
}

/** Unpacks an archive, as the platform does before it runs it. @returns the files and directories of the app */
async function unpack(tar: Buffer): Promise<string[]> {
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'app.tar'), tar)
  const code = new UnpackedCode(join(directory, 'code'), directory, () => join(directory, 'app.tar'))
  return readdir(await code.appDirectory(createHash('sha256').update(tar).digest('base64')), { recursive: true })
}

const long = 'x'.repeat(256)

test.each<[string, Entry[], RegExp, string]>([
  [
    'a symbolic link',
    [{ name: 'app/link', type: 'symlink', linkname: 'main.js' }],
    /neither a file nor a directory \(symlink\)/,
    'app/link',
  ],
  ['a hard link', [{ name: 'app/link', type: 'link', linkname: 'app/main.js' }], /neither a file nor a directory \(link\)/, 'app/link'],
  ['a FIFO', [{ name: 'app/pipe', type: 'fifo' }], /neither a file nor a directory \(fifo\)/, 'app/pipe'],
  ['a device', [{ name: 'app/null', type: 'character-device', devmajor: 1, devminor: 3 }], /\(character-device\)/, 'app/null'],
  ['a block device', [{ name: 'app/disk', type: 'block-device', devmajor: 8 }], /\(block-device\)/, 'app/disk'],
  ['an absolute path', [{ name: '/tmp/bytenite-escaped' }], /with an absolute path/, '/tmp/bytenite-escaped'],
  ['a path that leads out', [{ name: 'app/../../escaped' }], /leads out of it/, 'app/../../escaped'],
  ['a directory outside', [{ name: '../escaped', type: 'directory' }], /leads out of it/, '../escaped'],
  ['NUL in a name', [{ name: 'app/a', pax: { path: 'app/a\0b' } }], /characters that are not allowed/, 'app/a\\u0000b'],
  ['a file without a name', [{ name: 'x', pax: { path: './' } }], /a file without a name/, './'],
  ['a file with the name of a directory', [{ name: 'x', pax: { path: 'app/x/' } }], /a file without a name/, 'app/x/'],
  ['a long name', [{ name: `app/${long}` }], /a name of more than 255 bytes/, `app/${long}`],
  ['a long name of few characters', [{ name: `app/${'ü'.repeat(128)}` }], /a name of more than 255 bytes/, `app/${'ü'.repeat(128)}`],
  ['a long path', [{ name: `app/${'long/'.repeat(800)}x` }], /a path of more than 3500 bytes/, 'app/long/long'],
  ['a file twice', [{ name: 'app/a' }, { name: 'app/a' }], /appears twice/, 'app/a'],
  ['a file twice, spelled differently', [{ name: 'app/a' }, { name: './app//a' }], /appears twice/, './app//a'],
  ['a file below a file', [{ name: 'app/main.js/x' }], /needs a directory where there is the file "app\/main.js"/, 'app/main.js/x'],
  ['a directory instead of a file', [{ name: 'app/main.js', type: 'directory' }], /where there is the file "app\/main.js"/, 'app/main.js'],
  ['a file instead of a directory', [{ name: 'app', content: 'x' }], /is a file, although it was a directory/, 'app'],
])('an archive with %s is refused at upload, and not unpacked', async (_, entries, reason, name) => {
  const platform = await startPlatform()
  const tar = await tarOf([...app, ...entries])
  const { status, json } = await upload(platform, tar)
  const { description } = (json as { error: { description: string } }).error
  expect({ status, description }).toEqual({ status: 400, description: expect.stringMatching(reason) as string })
  expect(description).toContain(`: "${name}`)
  expect(await platform.uploads()).toEqual([])
  await expect(unpack(tar)).rejects.toMatchObject({ code: 'INVALID_ARCHIVE', message: expect.stringMatching(reason) as string })
})

test('an archive with a name that is not UTF-8 is refused at upload, and not unpacked', async () => {
  const platform = await startPlatform()
  const tar = replaceInHeaders(await tarOf([...app, { name: 'app/caf_e' }]), 'caf_e', Buffer.from('caf\xe9e', 'latin1'))
  expect(await upload(platform, tar)).toMatchObject({
    status: 400,
    json: { error: { description: 'the archive has an entry whose name is not valid UTF-8: "app/caf\ufffde"' } },
  })
  await expect(unpack(tar)).rejects.toThrow('not valid UTF-8')
})

test('an archive with an entry of an unknown type is refused', async () => {
  const platform = await startPlatform()
  const tar = await tarOf([...app, { name: 'app/sparse' }])
  const header = tar.subarray(tar.indexOf('app/sparse'))
  header[156] = 'S'.charCodeAt(0)
  expect(await upload(platform, replaceInHeaders(tar, 'app/sparse', Buffer.from('app/Sparse')))).toMatchObject({
    status: 400,
    json: { error: { description: 'the archive has an entry that is neither a file nor a directory (unknown type): "app/Sparse"' } },
  })
})

test('more files and directories than can be remembered are refused', { timeout: 120_000 }, async () => {
  const platform = await startPlatform()
  const deep = Array.from({ length: 2600 }, (_, index) => ({
    name: `${index.toString(36).padStart(4, '0')}/${'a/'.repeat(400)}x`,
    pax: {},
  }))
  expect(await upload(platform, await tarOf([...app, ...deep]))).toMatchObject({
    status: 400,
    json: { error: { description: 'the archive has more than 1000000 files and directories' } },
  })
})

test('what tar programs write is accepted and unpacked: the root, directories after their files, dots and doubled slashes', async () => {
  const platform = await startPlatform()
  const tar = await tarOf([
    { name: './', type: 'directory' },
    ...app.map((entry) => ({ ...entry, name: `./${entry.name}` })),
    { name: './app/', type: 'directory' },
    { name: 'app', type: 'directory' },
    { name: 'app//lib/./a.js' },
    { name: 'app/ünï "\\' },
    { name: `app/${'x'.repeat(255)}` },
  ])
  expect(await upload(platform, tar)).toMatchObject({ status: 200 })
  expect(await unpack(tar)).toContain('main.js')
})

test('every archive that is accepted can be unpacked, and one that is not accepted leaves nothing', { timeout: 120_000 }, async () => {
  const platform = await startPlatform()
  const part = constantFrom('a', 'b', '.', '..', '', 'app', 'main.js', long)
  const entry = record({
    name: array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    type: constantFrom<NonNullable<Header['type']>>('file', 'file', 'file', 'directory', 'directory', 'symlink'),
  })
  await assert(
    asyncProperty(array(entry, { maxLength: 3 }), async (entries) => {
      const extra = entries.map((header) => ({ ...header, ...(header.type === 'symlink' && { linkname: '/etc/passwd' }) }))
      // A name that is empty cannot be written.
      const tar = await tarOf([...app, ...extra.filter(({ name }) => name !== '')])
      const { status } = await upload(platform, tar)
      const unpacking = unpack(tar)
      if (status === 200) expect(await unpacking).toContain('main.js')
      else await expect(unpacking).rejects.toMatchObject({ code: 'INVALID_ARCHIVE' })
    }),
    { seed, numRuns: 60 },
  )
  expect(await readdir(join(platform.directory, 'incoming'))).toEqual([])
})

test('an archive that cannot be read is not called a bad one', async () => {
  const directory = await temporaryDirectory()
  const code = new UnpackedCode(join(directory, 'code'), directory, () => directory)
  await expect(code.appDirectory('')).rejects.toMatchObject({ code: 'EISDIR' })
  expect(await readFiles(directory)).toEqual({})
})
