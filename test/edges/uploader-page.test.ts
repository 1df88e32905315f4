import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { repository, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { uploader } from '../helpers/uploader.ts'

const page = await readFile(join(repository, 'packages/core/docs/command-line.md'), 'utf8')
const NAMED = ['--manifest.name', 'app', '--manifest.version', '1.0']

/** The names in code of a table's row that begins with a command. */
function documented(command: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${command}\``) && line.includes('`tag`')) ?? ''
  return Array.from(
    row
      .split('|')
      .at(2)
      ?.matchAll(/`(\w+)`/g) ?? [],
    ([, name = '']) => name,
  ).filter((name) => !['true', 'false'].includes(name))
}

test('with --json, each command prints what the page says, and nothing else', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': '1' })
  const fieldsOf = async (words: string[]): Promise<string[]> => {
    const { stdout, stderr } = await uploader([...words, '--json'], { cwd: root, env: platform.env })
    return Object.keys(JSON.parse(stdout || stderr) as object)
  }
  const expectFields = async (words: string[], command = words[0] ?? ''): Promise<void> => {
    const expected = documented(command)
    expect(expected.length, command).toBeGreaterThan(3)
    expect((await fieldsOf(words)).toSorted(), command).toEqual(expected.toSorted())
  }
  await expectFields(['publish', 'dist', ...NAMED])
  await expectFields(['publish', 'dist', ...NAMED, '--dry-run'], 'publish --dry-run')
  for (const words of [
    ['pack', 'dist', ...NAMED],
    ['status', 'app'],
    ['activate', 'app'],
    ['pull', 'app'],
  ])
    await expectFields(words)
  const diff = await fieldsOf(['diff', 'app', 'dist', ...NAMED])
  expect(diff).toEqual(['same', 'before', 'after', 'files', 'fields'])
  expect(await fieldsOf(['verify', 'app', 'dist', ...NAMED])).toEqual([...diff, 'reasons', 'builds'])
  expect(await fieldsOf(['inspect', 'app'])).toEqual(documented('inspect'))
  expect(await fieldsOf(['list'])).toEqual(['apps'])
  expect(await fieldsOf(['list', '--engines'])).toEqual(['engines'])
  expect(await fieldsOf(['templates'])).toEqual(['templates'])
})

test('an error has the exit code of the page, and is JSON, too', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': '1', 'dist/bytenite.app.json': '' })
  const expectError = async (words: string[], code: string | null, env: Record<string, string> = {}): Promise<void> => {
    const { exitCode, stdout } = await uploader([...words, '--json', '--retries', '0'], { cwd: root, env })
    const row = page.split('\n').find((line) => code !== null && /^\| \d/.test(line) && line.includes(`\`${code}\``))
    const expected = code === null ? 2 : Number(row?.slice(2, 3))
    expect({ words, error: (JSON.parse(stdout) as { error: object }).error, exitCode }).toMatchObject({
      error: { code, docs: code === null ? null : `bytenite-uploader/docs/errors.md#${code.toLowerCase()}`, exitCode: expected },
      exitCode: expected,
    })
  }
  await expectError(['publish', 'dist', '--exlude', 'x'], null)
  await expectError(['publish'], null)
  await expectError(['publish', 'dist', ...NAMED, '--maxFiles', '0'], 'INVALID_OPTION')
  await expectError(['publish', 'nowhere', ...NAMED, '--dry-run'], 'NO_OUTPUT')
  await expectError(['publish', 'dist', '--manifest.name', 'a.b', '--dry-run'], 'INVALID_MANIFEST')
  await expectError(['list'], 'NO_CREDENTIALS')
  const nobody = { BYTENITE_API_KEY: 'a-key-that-nobody-knows-yet', BYTENITE_API_URL: 'http://127.0.0.1:9/v1' }
  await expectError(['list'], 'UNREACHABLE', nobody)
  const platform = await startPlatform()
  await expectError(['list'], 'UNAUTHORIZED', { ...platform.env, BYTENITE_API_KEY: 'a-key-that-nobody-knows-yet' })
  await expectError(['status', 'nothing'], 'REFUSED', platform.env)
})

test('the page has every error code that a type has, once', async () => {
  const source = await readFile(join(repository, 'packages/core/src/errors.ts'), 'utf8')
  const codes = Array.from(
    source.slice(source.indexOf('export type ByteNiteErrorCode')).matchAll(/^ {2}\| '(\w+)'/gm),
    ([, code = '']) => code,
  )
  const table = page.slice(page.indexOf('## Exit codes'), page.indexOf('## JSON'))
  expect(Array.from(table.matchAll(/`([A-Z_]+)`/g), ([, code = '']) => code).toSorted()).toEqual(codes.toSorted())
})
