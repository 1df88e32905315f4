import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { repository, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { uploaderBin } from '../helpers/uploader.ts'

/** The packages whose modules a process loads that imports something. */
function loadedBy(code: string, env: Record<string, string> = {}): Promise<string[]> {
  return loadedInRun(['--input-type=module', '-e', code], repository, env)
}

/** The packages whose modules Node loads when it runs this, as it writes them down itself. */
async function loadedInRun(parameters: string[], cwd: string, env: Record<string, string> = {}): Promise<string[]> {
  const coverage = await temporaryDirectory()
  await runSuccessfully('node', parameters, { cwd, env: { ...env, NODE_V8_COVERAGE: coverage } })
  const [file = ''] = await readdir(coverage)
  const { result } = JSON.parse(await readFile(join(coverage, file), 'utf8')) as { result: { url: string }[] }
  const names = result
    .map(({ url }) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)|\/packages\/([^/]+)\/dist\//.exec(url))
    .map((match) => match?.[1] ?? match?.[2])
  return [...new Set(names)].filter((name) => name !== undefined).toSorted()
}

test.each([
  ['vite-plugin-bytenite', ['core', 'leven', 'rollup', 'vite']],
  ['rollup-plugin-bytenite', ['core', 'leven', 'rollup']],
])('%s loads what a config needs, and nothing that only publishing does', async (name, expected) => {
  const loaded = await loadedBy(`await import('${name}')`)
  expect(loaded).toEqual(expected)
  // That this sees what is loaded.
  expect(await loadedBy(`await import('${name}'); await import('bytenite-uploader')`)).toEqual(
    expect.arrayContaining([...loaded, 'picomatch', 'tar-stream']),
  )
})

/** Asks a platform that is not there, through a proxy if the environment names one, and prints why that failed and whether Node's own fetch goes through undici from now on. */
const ask = `const { createClient } = await import('bytenite-uploader')
  const client = createClient({ apiUrl: 'https://platform.invalid/v1', credentials: { accessToken: 't' }, retries: 0 })
  await client.getInfo().catch(({ code }) => console.log(code))
  console.log(Object.getOwnPropertySymbols(globalThis).some((symbol) => String(symbol).includes('undici')))`

test("a request without a proxy loads nothing for it, and leaves Node's own fetch alone", async () => {
  expect(await loadedBy(ask)).not.toContain('undici')
  const output = await runSuccessfully('node', ['--input-type=module', '-e', ask], { cwd: repository })
  expect(output.trim()).toBe('UNREACHABLE\nfalse')
  // That this sees what is loaded.
  expect(await loadedBy(ask, { HTTPS_PROXY: 'http://127.0.0.1:1' })).toContain('undici')
})

test('the command line loads what a command needs: nothing for its help, and nothing of the network to pack', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': '' })
  expect(await loadedInRun([uploaderBin, '--help'], root)).toEqual(['core', 'leven'])
  const named = ['--manifest.name', 'app', '--manifest.version', '1.0']
  const packing = await loadedInRun([uploaderBin, 'pack', 'dist', ...named], root)
  expect(packing).toContain('tar-stream')
  for (const name of ['undici', 'valibot', 'diff', 'tinyexec', 'ajv']) expect(packing).not.toContain(name)
})
