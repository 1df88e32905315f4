import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../helpers/local-store.ts'
import type { ApiResponse } from '../helpers/platform.ts'
import { writeFiles } from '../helpers/project.ts'
import { serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** What was written to `console.error` meanwhile. */
async function errorsOf(action: () => Promise<void>): Promise<string> {
  const { error } = console
  let errors = ''
  console.error = (...values: unknown[]) => (errors += values.join(' '))
  await action().finally(() => (console.error = error))
  return errors
}

function archiveOf({ json }: ApiResponse): string {
  return `${Buffer.from((json as { hash: string }).hash, 'base64').toString('hex')}.tar`
}

test('an upload whose template cannot be saved changes nothing', async () => {
  const directory = await temporaryDirectory()
  const { call, upload } = await openStore(directory)
  await upload('old', {}, { id: 't', app: 'app' })
  await call('POST /dev/apps/app/activate')
  const { app } = (await call('GET /dev/apps/app')).json as { app: object }
  const archives = await readdir(join(directory, 'archives'))

  expect(await upload('new', {}, { id: 'x'.repeat(201), app: 'app' })).toMatchObject({
    status: 400,
    json: { error: { description: expect.stringContaining('id') as string } },
  })
  // A directory cannot be replaced by a file, whoever tries.
  await mkdir(join(directory, 'templates/blocked.json/x'), { recursive: true })
  const logged = await errorsOf(async () => {
    expect(await upload('new', {}, { id: 'blocked', app: 'app' })).toMatchObject({ status: 500 })
  })
  expect(logged).toContain('blocked.json')

  expect((await call('GET /dev/apps/app')).json).toEqual({ app })
  expect((await call('GET /dev/templates')).json).toMatchObject({ templates: [{ id: 't' }] })
  expect(await readdir(join(directory, 'archives'))).toEqual(archives)
  expect(await readdir(join(directory, 'incoming'))).toEqual([])
})

test('an upload whose record cannot be saved changes nothing, its template neither', async () => {
  const directory = await temporaryDirectory()
  const { call, upload } = await openStore(directory)
  await upload('old', {}, { id: 't', app: 'app', description: 'old' })
  const archives = await readdir(join(directory, 'archives'))
  expect(await upload('new', { version: `1.${'1'.repeat(300)}` }, { id: 't', app: 'app', description: 'new' })).toMatchObject({
    status: 400,
  })
  await mkdir(join(directory, 'apps/app@2.0.json/x'), { recursive: true })
  const logged = await errorsOf(async () => {
    expect(await upload('new', { version: '2.0' }, { id: 't', app: 'app', description: 'new' })).toMatchObject({ status: 500 })
  })
  expect(logged).toContain('app@2.0.json')
  expect((await call('GET /dev/templates/t')).json).toMatchObject({ description: 'old' })
  expect(JSON.parse(await readFile(join(directory, 'templates/t.json'), 'utf8'))).toMatchObject({ description: 'old' })
  expect(await readdir(join(directory, 'archives'))).toEqual(archives)
})

test('an archive without a record is removed at the next start', async () => {
  const directory = await temporaryDirectory()
  const { platform, upload } = await openStore(directory)
  const archive = archiveOf(await upload('x'))
  await platform.close()
  const orphan = `${createHash('sha256').update('orphan').digest('hex')}.tar`
  await writeFile(join(directory, 'archives', orphan), 'orphan')
  const { warnings } = await openStore(directory)
  expect(await readdir(join(directory, 'archives'))).toEqual([archive])
  expect(warnings).toEqual([])
})

test('a damaged record is named and set aside, its archive kept, and the rest served', async () => {
  const directory = await temporaryDirectory()
  const { platform, upload } = await openStore(directory)
  const responses = []
  for (const name of ['cut', 'other', 'lost', 'empty', 'good']) responses.push(await upload(name, { name }, { id: name, app: name }))
  await platform.close()
  const [cut, , lost] = responses.map(archiveOf)
  const text = await readFile(join(directory, 'apps/cut@1.0.json'), 'utf8')
  await writeFile(join(directory, 'apps/cut@1.0.json'), text.slice(0, text.length / 2))
  await writeFile(join(directory, 'apps/other@1.0.json'), text)
  await writeFile(join(directory, 'apps/empty@1.0.json'), '')
  await rm(join(directory, 'archives', lost ?? ''))
  await writeFile(join(directory, 'templates/cut.json'), '{"id":"cut"}')
  await writeFile(join(directory, 'apps/cut@1.0.json.damaged'), 'of an earlier time')

  const after = await openStore(directory)
  expect(after.warnings.toSorted()).toEqual([
    expect.stringMatching(/^Damaged file .*\/apps\/cut@1\.0\.json: not valid JSON.*Renamed it to cut@1\.0\.json\.damaged2\./),
    expect.stringMatching(/^Damaged file .*\/apps\/empty@1\.0\.json: not valid JSON.*Renamed it to empty@1\.0\.json\.damaged\./),
    expect.stringMatching(/^Damaged file .*\/apps\/lost@1\.0\.json: its archive archives\/[0-9a-f]{64}\.tar is missing\. Renamed/),
    expect.stringMatching(/^Damaged file .*\/apps\/other@1\.0\.json: it is the record of cut@1\.0\. Renamed/),
    expect.stringMatching(/^Damaged file .*\/templates\/cut\.json: invalid job template: app: .* Renamed/),
  ])
  expect((await after.call('GET /dev/apps')).json).toMatchObject({ apps: [{ name: 'good' }] })
  expect((await after.call('GET /dev/templates')).json).toMatchObject({
    templates: ['empty', 'good', 'lost', 'other'].map((id) => ({ id })),
  })
  expect(await readFile(join(directory, 'apps/cut@1.0.json.damaged'), 'utf8')).toBe('of an earlier time')
  expect(await readdir(join(directory, 'archives'))).toContain(cut)

  // Repaired by hand, it is served again.
  await after.platform.close()
  await rm(join(directory, 'apps/cut@1.0.json.damaged2'))
  await writeFile(join(directory, 'apps/cut@1.0.json'), text)
  const repaired = await openStore(directory)
  expect(repaired.warnings).toEqual([])
  const { message: link } = (await repaired.call('GET /dev/apps/cut/download')).json as { message: string }
  expect((await fetch(link)).status).toBe(200)
})

test('serve reports a damaged record, and serves the rest', async () => {
  const directory = await temporaryDirectory()
  await (await openStore(directory)).platform.close()
  await writeFiles(directory, { 'apps/x@1.0.json': '{' })
  const { output } = await serve(['--port', '0', '--dir', directory])
  expect(output()).toContain('bytenite-local: Damaged file ')
})
