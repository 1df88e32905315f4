import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { createManifest, resolveOptions, type Manifest, type PublishOptions } from 'bytenite-uploader'
import type { ManifestFile } from 'bytenite-uploader/wire'
import { expect, test } from 'vitest'
import { repository, writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

interface Case extends Partial<PublishOptions> {
  files?: Files
  /** Entry files of the bundle, relative to `dist`. */
  entries?: string[]
}

const warnings: string[] = []

async function manifest(options: Case): Promise<ManifestFile> {
  return (await create(options)).file
}

async function create({ files = {}, entries = ['main.js'], ...options }: Case): Promise<Manifest> {
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
  const made = await createManifest(resolved)
  // Tests run elsewhere than in the project.
  return { ...made, notes: made.notes.filter((note) => !note.startsWith('named by ')) }
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

const fixtures = join(repository, 'test/fixtures/manifests')

async function read(name: string): Promise<Manifest> {
  return create({ files: { 'manifest.json': `\uFEFF${await readFile(join(fixtures, name), 'utf8')}` } })
}

test('manifest.json is understood in every spelling of its keys, with a note about converted ones', async () => {
  const snake = await read('snake-case.json')
  expect(snake).toMatchObject({ tag: 'render-frames@1.0', kind: 'apps', notes: [] })
  const camel = await read('camel-case.json')
  expect(camel.file).toEqual(snake.file)
  expect(camel.notes).toEqual([
    "Converted keys of manifest.json to the platform's spelling: platformConfig.container → platform_config.container, " +
      'platformConfig.privateImage → platform_config.private_image, platformConfig.secrets → platform_config.secrets, ' +
      'deviceRequirements.minCpu → device_requirements.min_cpu, deviceRequirements.minMemory → device_requirements.min_memory, ' +
      'deviceRequirements.gpu → device_requirements.gpu',
  ])
  const capitalised = await read('capitalised.json')
  expect(capitalised.file).toEqual(snake.file)
  expect(capitalised.notes).toEqual([
    "Converted keys of manifest.json to the platform's spelling: Name → name, Version → version, Platform → platform, Entrypoint → entrypoint, Description → description",
  ])
  expect(await read('engine.json')).toMatchObject({ kind: 'engines', notes: [], file: { type: 'assembler' } })
  expect(warnings).toEqual([])
})

test("a private registry's login comes from the environment or the options, never from a file", async () => {
  const base = { name: 'a', version: '1.0', platform_config: { container: 'x:1', private_image: true, username: '', token: '' } }
  const files = { 'manifest.json': JSON.stringify(base) }
  const env = { BYTENITE_REGISTRY_USERNAME: 'user', BYTENITE_REGISTRY_TOKEN: 'from-environment' }
  const login = async (options: Case) => {
    const { file, registryToken } = await create(options)
    return { ...file.platform_config, token: registryToken?.reveal() }
  }
  expect(await login({ files, env })).toMatchObject({ username: 'user', token: 'from-environment' })
  const option = { platformConfig: { token: 'option' } }
  expect(await login({ files, env, manifest: option })).toMatchObject({ username: 'user', token: 'option' })
  const written = { 'manifest.json': JSON.stringify({ ...base, platform_config: { ...base.platform_config, token: 'in-a-file' } }) }
  const creating = manifest({ files: written, env })
  await expect(creating).rejects.toMatchObject({
    code: 'INVALID_MANIFEST',
    message: expect.stringContaining('platformConfig.token must not be in a file. Set BYTENITE_REGISTRY_TOKEN instead') as string,
  })
  await expect(creating).rejects.not.toThrow('in-a-file')
})

function ofVersion(version: string): Promise<Manifest> {
  return create({ files: { 'package.json': JSON.stringify({ name: 'a', version }) } })
}

test('npm versions that do not fit are explained', async () => {
  expect(await ofVersion('1.2.3')).toMatchObject({ tag: 'a@1.2', notes: [] })
  expect(await ofVersion('1.2.3+build.7')).toMatchObject({ tag: 'a@1.2', notes: [] })
  expect(await ofVersion('0.0.7')).toMatchObject({
    tag: 'a@0.0',
    notes: ["package.json's version 0.0.7 becomes 0.0 on the platform, like every 0.0.x, so each publish replaces the previous one"],
  })
  await expect(ofVersion('1.2.0-beta.1')).rejects.toThrow(
    '. A prerelease is not shortened to "1.2", because it would replace that version: set manifest.version',
  )
})

test('the schema for editors agrees with the rules, field by field', async () => {
  const schema = JSON.parse(await readFile(join(repository, 'packages/core/manifest.schema.json'), 'utf8')) as object
  const validate = new Ajv({ strict: true }).compile(schema)
  for (const name of ['snake-case.json', 'engine.json']) {
    expect(validate(JSON.parse(await readFile(join(fixtures, name), 'utf8'))), name).toBe(true)
  }
  const base = { name: 'a', version: '1.0', entrypoint: 'main.js', platform_config: { container: 'x:1' } }
  const values: [string, unknown[]][] = [
    ['name', ['a', 'A_b-9', 'x'.repeat(64), '', 'x'.repeat(65), 'ü', 'a.b', 5]],
    ['version', ['0.1', '10.20', '1', '1.2.3', '01.2', 1.2, '1.2-beta']],
    ['description', ['', 'text', 5]],
    ['type', ['app', 'partitioner', 'assembler', 'engine', '']],
    ['platform', ['docker', 'vm']],
    [
      'entrypoint',
      ['main.js', 'a/b.py', '.hidden', '..name', '/main.js', '../main.js', 'a/../b', 'a//b', './a', 'a/', 'C:/a', 'a\\b', '', 5],
    ],
    ['platform_config.private_image', [false, 'no']],
    ['platform_config.secrets', [[], ['A'], [''], 'A', [5]]],
    ['platform_config.token', ['', 'secret']],
    ['device_requirements.min_cpu', [0.5, 4, 0, -1, '4']],
    ['device_requirements.min_memory', [1, 0, null]],
    ['device_requirements.gpu', [[], ['tesla t4'], 'tesla t4', ['']]],
  ]
  for (const [field, candidates] of values) {
    for (const value of candidates) {
      const [outer = '', inner] = field.split('.')
      const group = { ...((base as Record<string, unknown>)[outer] as object) }
      const file = { ...base, [outer]: inner === undefined ? value : { ...group, [inner]: value } }
      const isAccepted = await manifest({ files: { 'manifest.json': JSON.stringify(file) } }).then(
        () => true,
        () => false,
      )
      expect(validate(file), `${field} ${JSON.stringify(value)}`).toBe(isAccepted)
    }
  }
})

test('unknown keys of manifest.json are passed through, with a warning', async () => {
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
    'Invalid manifest (9 problems):',
    '  - name is "not.valid"; expected letters, digits, "-" and "_" only, at most 64 of them (from package.json)',
    '  - version is "1.2.3-beta.1"; expected a string of two whole numbers, MAJOR.MINOR, such as "0.1". A prerelease is not shortened to "1.2", because it would replace that version: set manifest.version (from package.json)',
    '  - platform is "vm"; expected "docker" (from manifest.json)',
    '  - platformConfig.container is "Not An Image"; expected an image reference, such as "node:22-slim" (from the option "manifest.platformConfig.container")',
    '  - platformConfig.token is invalid; expected a non-empty string (from the option "manifest.platformConfig.token")',
    '  - deviceRequirements.minCpu is 0; expected a positive number of vCPUs (from "device_requirements.min_cpu" in manifest.json)',
    '  - deviceRequirements.gpu is "tesla t4"; expected an array of GPU names (from "device_requirements.gpu" in manifest.json)',
    '  - platformConfig.username is missing, but required for a private image (from the option "manifest.platformConfig.privateImage")',
    '  - entrypoint is missing, and the bundle has no entry file. Set it to the file that starts a task',
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
  await expect(creating).rejects.toThrow(new RegExp(`^Invalid manifest \\(1 problem\\):\\n {2}- ${field} is `))
})

test.each([
  'node:22-slim',
  'python:latest',
  'dibek/flux-generator',
  'ghcr.io/owner/image:1.0',
  'localhost:5000/image',
  'image@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
])('%s is an image reference', async (container) => {
  const { platform_config: config } = await manifest({ manifest: { name: 'a', version: '1.0', platformConfig: { container } } })
  expect(config).toEqual({ container })
})

test('the entrypoint comes from the bundle only if it has a single entry', async () => {
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
  ['an array', '[]'],
  ['a field twice', '{"name":"a","Name":"b","version":"1.0"}'],
  ['a group that is not an object', '{"platform_config":"node:22"}'],
])('manifest.json with %s is an error', async (_, text) => {
  await expect(manifest({ files: { 'manifest.json': text } })).rejects.toMatchObject({
    code: 'INVALID_MANIFEST',
    message: expect.stringContaining('manifest.json') as string,
  })
})
