import { join } from 'node:path'
import { pack, publish, type PublishOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const apiKey = 'k3y+/of-32-characters-with-signs'
const manifest = { name: 'a', version: '1.0', entrypoint: 'main.js' }

async function packFiles(files: Files, options: Partial<PublishOptions> = {}) {
  const root = await temporaryDirectory()
  await writeFiles(
    root,
    Object.fromEntries(Object.entries({ 'main.js': 'x', ...files }).map(([path, content]) => [`dist/${path}`, content])),
  )
  return { root, packing: pack({ directory: 'dist', root, manifest, env: { BYTENITE_API_KEY: apiKey }, ...options }) }
}

test.each([
  ['as it is', Buffer.from(apiKey), 'the API key'],
  ...[0, 1, 2].flatMap((before) => {
    const encoded = Buffer.from('.'.repeat(before) + apiKey + '...').toString('base64')
    return [
      [`in base64, after ${before} bytes`, Buffer.from(encoded), 'the API key in base64'],
      [
        `in base64 for URLs, after ${before} bytes`,
        Buffer.from(encoded.replaceAll('+', '-').replaceAll('/', '_')),
        'the API key in base64',
      ],
    ] as [string, Buffer, string][]
  }),
] as [string, Buffer, string][])('a credential %s stops it, with file and place, and without the value', async (_, content, what) => {
  const before = 'const key = "'
  const { root, packing } = await packFiles({ 'src/config.js': Buffer.concat([Buffer.from(before), content, Buffer.from('"\n')]) })
  const error = (await packing.catch((error: unknown) => error)) as { code: string; message: string }
  expect(error.code).toBe('SECRET_FOUND')
  const place = /^(\S+) contains (.*) at byte (\d+)\. Nothing was uploaded\.\n/.exec(error.message)
  expect(place?.slice(1, 3)).toEqual([join(root, 'dist/src/config.js'), what])
  expect(Number(place?.[3]) - before.length).toBeLessThan(5)
  expect(error.message).not.toContain(apiKey.slice(0, 8))
})

test('it is found wherever a piece of a large file ends', async () => {
  for (const end of [256 * 1024, 512 * 1024, 512 * 1024 + 1]) {
    for (const offset of [end - apiKey.length, end - apiKey.length + 1, end - 5, end - 1, end]) {
      const content = Buffer.alloc(1_000_000, 46)
      content.write(apiKey, offset)
      const { packing } = await packFiles({ 'large.bin': content })
      await expect(packing, String(offset)).rejects.toMatchObject({
        code: 'SECRET_FOUND',
        message: expect.stringContaining(`at byte ${offset}.`) as string,
      })
    }
  }
})

test('two files do not make up one credential', async () => {
  const half = apiKey.length / 2
  const { packing } = await packFiles({ 'a.txt': apiKey.slice(0, half), 'b.txt': apiKey.slice(half) })
  await expect(packing).resolves.toBeDefined()
})

test('the token of a registry may be in the manifest, and nowhere else', async () => {
  const token = 'registry-token-of-some-length'
  const options = { manifest: { ...manifest, platformConfig: { container: 'c', privateImage: true, username: 'u', token } } }
  await expect((await packFiles({}, options)).packing).resolves.toBeDefined()
  await expect(
    (await packFiles({ 'config.json': `{"auth":"${Buffer.from(`user:${token}`).toString('base64')}"}` }, options)).packing,
  ).rejects.toMatchObject({
    code: 'SECRET_FOUND',
    message: expect.stringContaining('the token for the private registry in base64') as string,
  })
})

test.each([
  ['short', { BYTENITE_API_KEY: 'fifteen-letters' }, 'fifteen-letters'],
  ['not in use', {}, apiKey],
])('a credential that is %s is not looked for', async (_, env, content) => {
  await expect((await packFiles({ 'a.txt': content }, { env })).packing).resolves.toBeDefined()
})

test('files of more than 8 MB are not searched', async () => {
  const content = Buffer.alloc(8_000_001)
  content.write(apiKey, 100)
  await expect((await packFiles({ 'large.bin': content })).packing).resolves.toBeDefined()
  await expect((await packFiles({ 'large.bin': content.subarray(0, 8_000_000) })).packing).rejects.toMatchObject({ code: 'SECRET_FOUND' })
})

test('nothing is sent, and no record is left', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': `const key = '${platform.apiKey}'`, 'dist/bytenite.app.json': '{}' })
  await expect(publish({ directory: 'dist', root, manifest, env: platform.env })).rejects.toMatchObject({ code: 'SECRET_FOUND' })
  expect(await platform.uploads()).toEqual([])
  expect(Object.keys(await readFiles(root))).toEqual(['dist/main.js'])
})

test.each([
  ['JSON', JSON.stringify],
  ['a URL', encodeURIComponent],
  [
    'HTML',
    (text: string) =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ],
])('a credential is found as %s escapes it', async (_, escape) => {
  const token = `a"b\\c&d<e>f'g/h+i=jklmnopq`
  const login = { platformConfig: { container: 'x:1', privateImage: true, username: 'u', token } }
  const { packing } = await packFiles({ 'page.html': `<p>${escape(token)}</p>` }, { manifest: { ...manifest, ...login } })
  await expect(packing).rejects.toMatchObject({
    code: 'SECRET_FOUND',
    message: expect.stringContaining('contains the token for the private registry at byte') as string,
  })
})
