import { mkdir, realpath, symlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pack } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { repository, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js' }

test.each(['package.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lockb', 'node_modules', '.git'])(
  "a project's root with %s is not packed as an output",
  async (sign) => {
    const root = await temporaryDirectory()
    await writeFiles(root, { 'main.js': 'x' })
    if (sign === 'package.json') await writeFiles(root, { [sign]: '{}' })
    else await mkdir(join(root, sign))
    await symlink('.', join(root, 'link'))
    for (const directory of ['.', root, 'link', 'link/link']) {
      await expect(pack({ directory, root, manifest, env: {} })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(
          new RegExp(`^The output directory .* is the project's root: it contains ${sign.replace('.', '\\.')}\\.\\nLet the build write to`),
        ) as string,
      })
    }
  },
)

test('a plain folder may be its own root', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'main.js': 'x' })
  expect((await pack({ directory: '.', root, manifest, env: {} })).files).toBe(1)
})

test('neither the disk, nor a home, nor what is around the project is packed', async () => {
  const root = join(await temporaryDirectory(), 'packages/app')
  await writeFiles(root, { 'dist/main.js': 'x' })
  for (const [directory, what] of [
    ['/', 'the root of the file system'],
    [homedir(), 'a home directory'],
    ['..', "a parent directory of the project's root"],
    [dirname(dirname(root)), "a parent directory of the project's root"],
    [['dist', '../..'], "a parent directory of the project's root"],
  ] as const) {
    await expect(pack({ directory, root, manifest, env: {} })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(what) as string,
    })
  }
})

test('a home is recognised where $HOME says it is', async () => {
  const home = await realpath(await temporaryDirectory())
  await writeFiles(home, { 'main.js': 'x' })
  const script = `import { pack } from 'bytenite-uploader'
    await pack({ directory: process.env.HOME, root: '/tmp/elsewhere', manifest: ${JSON.stringify(manifest)} }).catch(({ code, message }) => console.log(code, message))`
  const output = await runSuccessfully('node', ['--input-type=module', '-e', script], { cwd: repository, env: { HOME: home } })
  expect(output).toContain(`INVALID_OPTION The output directory ${home} is a home directory.`)
})

test('an output outside of the project is none of these, and may hold node_modules', async () => {
  const root = await temporaryDirectory()
  const output = await temporaryDirectory()
  await writeFiles(output, {
    'main.js': `import 'left-pad'`,
    'node_modules/left-pad/index.js': 'x',
    'node_modules/left-pad/package.json': '{}',
    'package.json': '{}',
  })
  expect((await pack({ directory: output, root, manifest, env: {}, checks: false })).files).toBe(4)
})
