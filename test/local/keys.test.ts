import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalPlatform } from 'bytenite-local'
import { expect, test } from 'vitest'
import { openStore, uploadBody } from '../helpers/local-store.ts'
import { onTestFinished } from '../helpers/current-test.ts'
import { accessToken, callApi, startPlatform } from '../helpers/platform.ts'
import { run, type Ending } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

function key(directory: string, ...words: string[]): Promise<Ending> {
  return run(process.execPath, [localBin, 'key', ...words, '--dir', directory], { cwd: process.cwd() })
}

async function addKey(directory: string, name: string): Promise<string> {
  const { exitCode, stdout, stderr } = await key(directory, 'add', name)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `Created the key ${name}. It is shown only now:\n` })
  expect(stdout).toMatch(/^[-\w]{32}\n$/)
  return stdout.trim()
}

async function statusOf(apiUrl: string, apiKey: string): Promise<number> {
  const response = await fetch(`${apiUrl}/auth/access_token`, { method: 'POST', body: JSON.stringify({ apiKey }) })
  return response.status
}

test('a key that is added while the platform runs is accepted at once, and one that is revoked is refused with its tokens', async () => {
  const { apiUrl, apiKey, directory } = await startPlatform()
  const ci = await addKey(directory, 'ci')
  const anna = await addKey(directory, 'anna')
  const token = await accessToken(apiUrl, ci)
  const others = await Promise.all([apiKey, anna].map((other) => accessToken(apiUrl, other)))
  const statusWith = async (authorization: string) => (await callApi(apiUrl, '', 'GET /dev/apps', undefined, authorization)).status
  expect(await statusWith(token)).toBe(200)

  expect(await key(directory, 'revoke', 'ci')).toMatchObject({
    exitCode: 0,
    stdout: 'Revoked the key ci. The platform refuses it, and the access tokens issued for it, from now on.\n',
  })
  expect([await statusWith(token), await statusOf(apiUrl, ci)]).toEqual([401, 401])
  for (const other of others) expect(await statusWith(other)).toBe(200)

  const again = await addKey(directory, 'ci')
  expect([await statusOf(apiUrl, again), await statusOf(apiUrl, ci), await statusWith(token)]).toEqual([200, 401, 401])
})

test('a stream of events ends when its key is revoked, and others go on', async () => {
  const { apiUrl, apiKey, directory } = await startPlatform()
  const ci = await addKey(directory, 'ci')
  const open = async (key: string) => {
    const response = await fetch(`${apiUrl}/customer/events`, { headers: { authorization: await accessToken(apiUrl, key) } })
    expect(response.status).toBe(200)
    return response.body!.getReader()
  }
  const [own, revoked] = [await open(apiKey), await open(ci)]
  onTestFinished(() => own.cancel())
  const readToEnd = async () => {
    while (!(await revoked.read()).done);
  }
  const ended = readToEnd().catch(() => 'ended')
  await key(directory, 'revoke', 'ci')
  await within('the end of the stream', ended, { timeout: 10_000 })

  await callApi(apiUrl, apiKey, 'POST /dev/apps', await uploadBody('x'))
  await callApi(apiUrl, apiKey, 'POST /customer/jobs', '{"app":"app","name":"a job"}')
  let received = ''
  await waitFor('an event', async () => (received += String(Buffer.from((await own.read()).value ?? []))).includes('"a job"'))
})

test('keys can be made before there is a platform, and are nowhere on the disk', async () => {
  const directory = join(await temporaryDirectory(), 'data')
  const ci = await addKey(directory, 'ci')
  const { apiUrl } = await openStore(directory)
  expect(await statusOf(apiUrl, ci)).toBe(200)
  for (const [name, content] of Object.entries(await readFiles(directory))) expect(String(content), name).not.toContain(ci)
  expect((await stat(join(directory, 'keys'))).mode & 0o777).toBe(0o700)
  for (const name of await readdir(join(directory, 'keys'))) {
    expect((await stat(join(directory, 'keys', name))).mode & 0o777, name).toBe(0o600)
  }
})

test('the list shows when each key was created and last used, and no key', async () => {
  const { apiUrl, directory } = await startPlatform()
  const ci = await addKey(directory, 'ci')
  await addKey(directory, 'anna')
  const before = await key(directory, 'list')
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`
  expect(before.stdout).toMatch(
    new RegExp(String.raw`^NAME +CREATED +LAST USED\nanna +${time} +never\nci +${time} +never\nlocal +${time} +never\n$`),
  )
  await accessToken(apiUrl, ci)
  expect((await key(directory, 'list')).stdout).toMatch(new RegExp(String.raw`\nci +${time} +${time}\nlocal +${time} +never\n$`))
})

test("the key of this machine's commands is in the list, cannot be revoked, and keeps its identity as long as it is the same", async () => {
  const directory = await temporaryDirectory()
  const identity = async (apiKey?: string) => {
    const platform = createLocalPlatform({ directory, apiKey })
    await platform.close()
    return JSON.parse(await readFile(join(directory, 'keys/local.json'), 'utf8')) as { id: string }
  }
  const first = await identity()
  expect(await identity()).toEqual(first)
  expect((await identity('another-key-of-20-characters')).id).not.toBe(first.id)
  const { exitCode, stderr } = await key(directory, 'revoke', 'local')
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/The key named local is that of the commands on this machine\. To replace it, stop the platform, delete the file/)
})

test('a damaged key is reported once, and refused, while the others work', async () => {
  const directory = await temporaryDirectory()
  const { apiUrl, platform, warnings } = await openStore(directory)
  const ci = await addKey(directory, 'ci')
  await writeFiles(directory, { 'keys/broken.json': '{"id":"x"}', 'keys/other.json': '[' })
  await writeFile(join(directory, 'keys/copy.json'), await readFile(join(directory, 'keys/ci.json')))
  for (let time = 0; time < 3; time++) expect(await statusOf(apiUrl, ci)).toBe(200)
  expect(await statusOf(apiUrl, platform.apiKey)).toBe(200)
  expect(warnings.toSorted()).toEqual(
    [
      ['broken', /name: Invalid key.*hash: Invalid key/],
      ['copy', /it is the key named ci/],
      ['other', /JSON/],
    ].map(
      ([name, reason]) =>
        expect.stringMatching(
          new RegExp(`^Cannot use the API key in ${directory}/keys/${name}.json: .*${(reason as RegExp).source}`),
        ) as string,
    ),
  )
})

test('a change is seen even if the file system gives it the time of the one before', async () => {
  const { apiUrl, apiKey, directory } = await startPlatform()
  const added = 'a-key-of-at-least-20-characters'
  const time = new Date()
  await utimes(join(directory, 'keys'), time, time)
  await accessToken(apiUrl, apiKey)
  const hash = createHash('sha256').update(added).digest('base64')
  await writeFiles(directory, {
    'keys/ci.json': JSON.stringify({ id: randomUUID(), name: 'ci', hash, createdAt: new Date().toISOString() }),
  })
  await utimes(join(directory, 'keys'), time, time)
  expect(await statusOf(apiUrl, added)).toBe(200)
})
