import { execFileSync } from 'node:child_process'
import { unlinkSync } from 'node:fs'
import { appendFile, link, readFile, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createArchive, createManifest, hashArchive, pack, resolveOptions, selectFiles, type Archive } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { run, runSuccessfully } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js' }

/** Selects an output, lets something happen to it, and then reads the archive of what was selected. */
async function packAround(size: number, change: (file: string, root: string) => Promise<unknown>): Promise<unknown> {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/victim.bin': 'v'.repeat(size), 'elsewhere.txt': 'v'.repeat(size) })
  const options = resolveOptions({ directory: 'dist', root, manifest, env: {} })
  const archive = createArchive(await createManifest(options), await selectFiles(options))
  await hashArchive(archive)
  await laterThan(join(root, 'dist/victim.bin'))
  await change(join(root, 'dist/victim.bin'), root)
  return hashArchive(archive)
}

/** Waits until the file system's clock, which is slow, gives another time to what is written than this file has. */
async function laterThan(file: string): Promise<void> {
  const { ctimeNs } = await stat(file, { bigint: true })
  const probe = join(await temporaryDirectory(), 'probe')
  await waitFor('the clock of the file system', async () => {
    await writeFile(probe, 'x')
    return (await stat(probe, { bigint: true })).ctimeNs > ctimeNs
  })
}

const swaps: [string, (file: string, root: string) => Promise<unknown>][] = [
  ['a link to a file elsewhere', (file, root) => unlink(file).then(() => symlink(join(root, 'elsewhere.txt'), file))],
  ['a link to a file beside it', (file) => unlink(file).then(() => symlink('main.js', file))],
  ['a hard link of the same size', (file, root) => unlink(file).then(() => link(join(root, 'elsewhere.txt'), file))],
  ['another file of the same size', (file, root) => rename(join(root, 'elsewhere.txt'), file)],
  ['a pipe', (file, root) => unlink(file).then(() => run('mkfifo', [file], { cwd: root }))],
  ['a directory', (file) => unlink(file).then(() => writeFiles(file, { x: 'x' }))],
  ['a device', (file) => unlink(file).then(() => symlink('/dev/zero', file))],
  ['other content of the same size', async (file) => writeFile(file, 'w'.repeat((await readFile(file)).length))],
  ['the same content, written again', async (file) => writeFile(file, await readFile(file))],
  ['more content', (file) => appendFile(file, 'more')],
  ['another time', (file) => utimes(file, 1, 1)],
]

test.each(swaps)('a file that became %s between looking and reading is an error', async (_, change) => {
  // Read whole, and in pieces.
  for (const size of [1_000, 700_000]) {
    await expect(packAround(size, change), `${size} bytes`).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringMatching(/victim\.bin changed while it was being packed/) as string,
    })
  }
})

test('a file that is gone is an error that names it', async () => {
  await expect(packAround(1_000, (file) => rm(file))).rejects.toMatchObject({
    code: 'UNREADABLE_FILE',
    message: expect.stringContaining('victim.bin') as string,
  })
})

test('a file that is written while it is read is an error, also with its size and content as they were', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/large.bin': Buffer.alloc(2_000_000) })
  const options = resolveOptions({ directory: 'dist', root, manifest, env: {} })
  const archive = createArchive(await createManifest(options), await selectFiles(options))
  await laterThan(join(root, 'dist/large.bin'))
  const reading = async (): Promise<void> => {
    let bytes = 0
    for await (const chunk of archive.read()) {
      if (bytes < 1_000_000 && bytes + chunk.length >= 1_000_000) await writeFile(join(root, 'dist/large.bin'), Buffer.alloc(2_000_000))
      bytes += chunk.length
    }
  }
  await expect(reading()).rejects.toMatchObject({ code: 'FILE_CHANGED' })
})

test.each(['main.js', 'part.js', 'package.json'])(
  '%s is looked into as carefully: a pipe in its place does not make the build hang',
  async (name) => {
    const root = await temporaryDirectory()
    await writeFiles(root, {
      'dist/main.js': `import './part.js'`,
      'dist/part.js': 'export {}',
      'dist/package.json': '{}',
      'dist/.env': '',
    })
    const file = join(root, 'dist', name)
    // The warning of the secret comes once everything is selected.
    const onWarning = (): void => {
      unlinkSync(file)
      execFileSync('mkfifo', [file])
    }
    const packing = pack({ directory: 'dist', root, manifest, env: {}, onWarning })
    await expect(packing).rejects.toMatchObject({ code: 'FILE_CHANGED', message: expect.stringContaining(name) as string })
  },
)

test('a link is resolved once: the file it leads to is packed, under the name of the link', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/data/one.txt': 'one', 'dist/data/.env': 'SECRET=1', 'dist/.git/config': 'token' })
  await symlink('data/one.txt', join(root, 'dist/alias.txt'))
  await symlink('data', join(root, 'dist/folder'))
  // Secrets under other names stay secrets.
  await symlink('data/.env', join(root, 'dist/settings'))
  await symlink('.git', join(root, 'dist/history'))
  const warnings: string[] = []
  const onWarning = (message: string) => void warnings.push(message)
  const { archive } = await pack({ directory: 'dist', root, manifest, env: {}, onWarning })
  expect(await extract(archive)).toEqual([
    'app/alias.txt',
    'app/data/one.txt',
    'app/folder/one.txt',
    'app/main.js',
    'manifest.json',
    'template.json',
  ])
  expect(warnings).toEqual([
    'Skipped files that look like secrets: .git/config, data/.env, folder/.env, history/config, settings. To pack one anyway, add it to "allowSecrets".',
  ])
})

async function extract(archive: Archive): Promise<string[]> {
  const directory = await temporaryDirectory()
  const chunks: Buffer[] = []
  for await (const chunk of archive.read()) chunks.push(Buffer.from(chunk))
  await writeFile(join(directory, 'app.tar'), Buffer.concat(chunks))
  await runSuccessfully('tar', ['-xf', 'app.tar'], { cwd: directory })
  return Object.keys(await readFiles(directory))
    .filter((path) => path !== 'app.tar')
    .toSorted()
}
