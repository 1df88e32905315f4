import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** The packages whose modules a process loads that imports something, as Node itself writes them down. */
async function loadedBy(code: string, env: Record<string, string> = {}): Promise<string[]> {
  const coverage = await temporaryDirectory()
  await runSuccessfully('node', ['--input-type=module', '-e', code], { cwd: repository, env: { ...env, NODE_V8_COVERAGE: coverage } })
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
