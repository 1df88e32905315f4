import { lstat, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pack, publish, type PublishOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { run } from '../helpers/process.ts'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const record = JSON.stringify({ name: 'app', version: '1.0', revision: '1' })
const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js' }
const files = {
  'dist/main.js': 'export default 1\n',
  'src/main.js': '// the only copy\n',
  'package.json': '{ "name": "app", "version": "1.0.0", "id": "x" }',
  'tsconfig.json': '{}',
  'notes.txt': 'important',
  'data.json': '{ "name": "app", "version": "1.0", "entries": [] }',
  'imported.json': record,
  'archive.tar': 'not a tar of ours',
  'empty.json': '',
  'old-record.json': record,
}

/** Options that name a place of a file of the user's, and why it must stay. */
const dangerous: [Partial<PublishOptions>, RegExp][] = [
  [{ record: 'src/main.js' }, /src\/main\.js, which exists and was not written by this package/],
  [{ record: 'dist/main.js' }, /dist\/main\.js, which exists/],
  [{ record: 'notes.txt' }, /notes\.txt, which exists/],
  [{ record: 'data.json' }, /data\.json, which exists/],
  [{ record: 'package.json' }, /package\.json, which has a name that other tools use/],
  [{ record: 'TSConfig.json' }, /has a name that other tools use/],
  [{ record: 'absent/vite.config.ts' }, /has a name that other tools use/],
  [{ record: 'manifest.json' }, /has a name that other tools use/],
  [{ record: 'src' }, /src, which is a directory/],
  [{ record: 'imported.json', sourceFiles: ['imported.json'] }, /is a source of this build/],
  [{ archiveFile: 'src/main.js' }, /option "archiveFile" names .*src\/main\.js, which exists/],
  [{ archiveFile: 'dist/main.js' }, /dist\/main\.js, which exists/],
  [{ archiveFile: 'archive.tar' }, /archive\.tar, which exists/],
  [{ archiveFile: 'old-record.json' }, /old-record\.json, which exists/],
  [{ archiveFile: 'package.json' }, /has a name that other tools use/],
  [{ archiveFile: 'dist' }, /dist, which is a directory/],
  [{ archiveFile: 'same.tar', record: 'same.tar' }, /"record" and "archiveFile" both name .*same\.tar/],
  [{ record: 'fifo' }, /fifo, which is not a regular file/],
  [{ record: 'loop' }, /loop, which is not a regular file/],
  [{ record: 'dangling' }, /dangling, which is not a regular file/],
  [{ record: 'link-to-source' }, /link-to-source, which exists/],
  [{ archiveFile: 'link-to-source' }, /link-to-source, which exists/],
  [{ record: 'outside/record.json' }, /outside\/record\.json, which leads out of the project, to /],
  [{ archiveFile: 'outside/app.tar' }, /leads out of the project/],
]

async function project(platform: TestPlatform): Promise<{ root: string; options: PublishOptions }> {
  const root = await temporaryDirectory()
  await writeFiles(root, files)
  await run('mkfifo', [join(root, 'fifo')], { cwd: root })
  await symlink(await temporaryDirectory(), join(root, 'outside'))
  await symlink('loop', join(root, 'loop'))
  await symlink('gone', join(root, 'dangling'))
  await symlink('src/main.js', join(root, 'link-to-source'))
  return { root, options: { directory: 'dist', root, manifest, env: platform.env } }
}

test('no option removes or replaces a file of the user, with credentials or without', { timeout: 60_000 }, async () => {
  const platform = await startPlatform()
  const { root, options } = await project(platform)
  for (const [{ sourceFiles, ...given }, reason] of dangerous) {
    const all = { ...options, ...given, sourceFiles: sourceFiles?.map((file) => join(root, file)) }
    for (const use of [() => pack({ ...all, env: {} }), () => publish({ ...all, env: {} }), () => publish(all)]) {
      await expect(use(), JSON.stringify(given)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(reason) as string,
      })
    }
  }
  for (const [path, content] of Object.entries(files)) expect(await readFile(join(root, path), 'utf8'), path).toBe(content)
  expect((await lstat(join(root, 'link-to-source'))).isSymbolicLink()).toBe(true)
  expect(await platform.uploads()).toEqual([])
})

test.each(['new/place.json', 'empty.json', 'old-record.json', 'dist/bytenite.app.json', '.bytenite.json'])(
  'the record may go to %s',
  async (path) => {
    const platform = await startPlatform()
    const { root, options } = await project(platform)
    await writeFiles(root, { 'dist/bytenite.app.json': 'whatever stands here is ours' })
    const { recordFile } = await publish({ ...options, record: path })
    expect(recordFile).toBe(join(root, path))
    expect(JSON.parse(await readFile(join(root, path), 'utf8'))).toMatchObject(manifest)
    // And again, over what was written.
    await publish({ ...options, record: path })
  },
)

test('the default name is ours, whatever stands there, but for a directory', async () => {
  const platform = await startPlatform()
  const { root, options } = await project(platform)
  await symlink('../src/main.js', join(root, 'dist/bytenite.app.json'))
  await publish(options)
  expect(await readFile(join(root, 'src/main.js'), 'utf8')).toBe(files['src/main.js'])
  expect(JSON.parse(await readFile(join(root, 'dist/bytenite.app.json'), 'utf8'))).toMatchObject(manifest)

  const other = await project(platform)
  await mkdir(join(other.root, 'dist/bytenite.app.json'))
  await expect(publish(other.options)).rejects.toMatchObject({
    code: 'RECORD_NOT_WRITTEN',
    message: expect.stringContaining('dist/bytenite.app.json') as string,
  })
})

test('an archive goes to an absent or empty place, or replaces one of ours', async () => {
  const platform = await startPlatform()
  const { root, options } = await project(platform)
  for (const archiveFile of ['new/app.tar', 'new/app.tar', 'empty.json']) await pack({ ...options, archiveFile })
  const written = await readFiles(join(root, 'new'))
  expect(written['app.tar']).toEqual(await readFile(join(root, 'empty.json')))
})
