import { join } from 'node:path'
import { createManifest, resolveOptions, type PublishOptions } from 'bytenite-uploader'
import type { ManifestFile } from 'bytenite-uploader/wire'
import { expect, test } from 'vitest'
import { writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

interface Case extends Partial<PublishOptions> {
  files?: Files
  /** Entry files of the bundle, relative to `dist`. */
  entries?: string[]
}

const warnings: string[] = []

async function manifest({ files = {}, entries = ['main.js'], ...options }: Case): Promise<ManifestFile> {
  const root = await temporaryDirectory()
  await writeFiles(root, files)
  warnings.length = 0
  const resolved = resolveOptions({
    directory: 'dist',
    root,
    env: {},
    entryFiles: entries.map((entry) => join(root, 'dist', entry)),
    onWarning: (message) => warnings.push(message),
    ...options,
  })
  return (await createManifest(resolved)).file
}

const packageJson = JSON.stringify({ name: '@scope/from-package', version: '3.4.5', description: 'of the package' })

test('every field has a source, and the first source that has it wins', async () => {
  const fromPackage = await manifest({ files: { 'package.json': packageJson } })
  expect(fromPackage).toEqual({
    name: 'from-package',
    version: '3.4',
    description: 'of the package',
    platform: 'docker',
    entrypoint: 'main.js',
    platform_config: { container: 'node:22-slim' },
    device_requirements: { min_cpu: 2, min_memory: 2 },
  })
  const file = { version: '7.8', entrypoint: 'start.js', platform_config: { container: 'node:20' } }
  const files = { 'package.json': packageJson, 'manifest.json': JSON.stringify(file) }
  expect(await manifest({ files })).toMatchObject({ ...file, name: 'from-package' })
  const options = {
    version: '9.10',
    platformConfig: { secrets: ['S'] },
    deviceRequirements: { minCpu: 4, gpu: ['tesla t4'] },
  }
  expect(await manifest({ files, manifest: options })).toMatchObject({
    name: 'from-package',
    version: '9.10',
    entrypoint: 'start.js',
    platform_config: { container: 'node:20', secrets: ['S'] },
    device_requirements: { min_cpu: 4, min_memory: 2, gpu: ['tesla t4'] },
  })
})

test('manifest.json is understood in every spelling of its keys', async () => {
  const expected = await manifest({
    manifest: { name: 'a', version: '1.0', platformConfig: { container: 'x', privateImage: true, username: 'u', token: 't' } },
  })
  for (const file of [
    { name: 'a', version: '1.0', platform_config: { container: 'x', private_image: true, username: 'u', token: 't' } },
    { name: 'a', version: '1.0', platformConfig: { container: 'x', privateImage: true, username: 'u', token: 't' } },
    { Name: 'a', Version: '1.0', Platform_Config: { Container: 'x', PrivateImage: true, Username: 'u', Token: 't' } },
  ]) {
    expect(await manifest({ files: { 'manifest.json': `\uFEFF${JSON.stringify(file)}` } })).toEqual(expected)
  }
  expect(warnings).toEqual([])
})

test('unknown keys of manifest.json are passed on, with a warning', async () => {
  const file = { name: 'a', version: '1.0', labels: ['x'], platform_config: { region: 'eu' } }
  expect(await manifest({ files: { 'manifest.json': JSON.stringify(file) } })).toMatchObject({
    labels: ['x'],
    platform_config: { region: 'eu', container: 'node:22-slim' },
  })
  expect(warnings.join('\n')).toMatch(/"labels"[^]*"platform_config.region"/)
})

test('all broken rules are reported at once, with value, rule and source', async () => {
  const creating = manifest({
    entries: [],
    files: {
      'package.json': JSON.stringify({ name: 'not.valid', version: '1.2.3-beta.1' }),
      'manifest.json': JSON.stringify({ platform: 'vm', device_requirements: { min_cpu: 0, gpu: 'tesla t4' } }),
    },
    manifest: { platformConfig: { container: 'Not An Image', privateImage: true, token: 5 as unknown as string } },
  })
  await expect(creating).rejects.toMatchObject({ code: 'INVALID_MANIFEST' })
  const { message } = (await creating.catch((error: unknown) => error)) as Error
  expect(message.split('\n')).toEqual([
    "The app's manifest has 9 problems:",
    '  - name is "not.valid"; expected letters, digits, "-" and "_" only, at most 64 of them (from package.json)',
    '  - version is "1.2.3-beta.1"; expected a string of two whole numbers, MAJOR.MINOR, such as "0.1" (from package.json)',
    '  - platform is "vm"; expected "docker" (from manifest.json)',
    '  - platformConfig.container is "Not An Image"; expected the reference of an image, such as "node:22-slim" (from the option "manifest.platformConfig.container")',
    '  - platformConfig.token is not usable; expected a string that is not empty (from the option "manifest.platformConfig.token")',
    '  - deviceRequirements.minCpu is 0; expected a number of vCPUs over 0 (from "device_requirements.min_cpu" in manifest.json)',
    '  - deviceRequirements.gpu is "tesla t4"; expected an array of names of GPUs (from "device_requirements.gpu" in manifest.json)',
    '  - platformConfig.username is missing; a private image needs it (from the option "manifest.platformConfig.privateImage")',
    '  - entrypoint is missing, and no entry file of a bundle is known; name the file that starts a task',
  ])
})

test.each([
  ['name', ''],
  ['name', 'x'.repeat(65)],
  ['name', 'ü'],
  ['version', '1'],
  ['version', '1.2.3'],
  ['version', '01.2'],
  ['version', 1.2],
  ['type', 'engine'],
  ['entrypoint', '/main.js'],
  ['entrypoint', '../main.js'],
  ['entrypoint', 'a\\main.js'],
  ['entrypoint', ''],
])('%s must not be %j', async (field, value) => {
  const creating = manifest({
    manifest: { name: 'a', version: '1.0', platformConfig: { container: 'x' }, [field]: value },
  })
  await expect(creating).rejects.toThrow(new RegExp(`^The app's manifest has a problem:\\n {2}- ${field} is `))
})

test.each([
  'node:22-slim',
  'python:latest',
  'dibek/flux-generator',
  'ghcr.io/owner/image:1.0',
  'localhost:5000/image',
  'image@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
])('%s is the reference of an image', async (container) => {
  const { platform_config: config } = await manifest({ manifest: { name: 'a', version: '1.0', platformConfig: { container } } })
  expect(config).toEqual({ container })
})

test('the bundle gives the entrypoint only when there is no choice', async () => {
  const base = { name: 'a', version: '1.0' }
  await expect(manifest({ manifest: base, entries: ['a.js', 'b.js'] })).rejects.toMatchObject({
    code: 'NO_ENTRYPOINT',
    message: expect.stringContaining('2 entry files (a.js, b.js)') as string,
  })
  await expect(manifest({ manifest: base, entries: [] })).rejects.toMatchObject({ code: 'NO_ENTRYPOINT' })
  expect(await manifest({ manifest: { ...base, entrypoint: 'b.js' }, entries: ['a.js', 'b.js'] })).toMatchObject({
    entrypoint: 'b.js',
  })
})

test('the image follows from the extension of the entrypoint, where that is clear', async () => {
  const base = { name: 'a', version: '1.0' }
  expect((await manifest({ manifest: { ...base, entrypoint: 'main.py' } })).platform_config.container).toMatch(/^python:/)
  await expect(manifest({ manifest: { ...base, entrypoint: 'main.rb' } })).rejects.toThrow('platformConfig.container is missing')
})

test.each([
  ['not JSON', '{'],
  ['no object', '[]'],
  ['a field twice', '{"name":"a","Name":"b","version":"1.0"}'],
  ['a group that is no object', '{"platform_config":"node:22"}'],
])('manifest.json with %s is an error', async (_, text) => {
  await expect(manifest({ files: { 'manifest.json': text } })).rejects.toMatchObject({
    code: 'INVALID_MANIFEST',
    message: expect.stringContaining('manifest.json') as string,
  })
})
