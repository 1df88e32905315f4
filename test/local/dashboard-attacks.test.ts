import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { cookieOf, logIn, sendForm, type Dashboard } from '../helpers/dashboard.ts'
import { createWithFile, SPLIT_LINES, startJobApi, UPPER, type JobApi } from '../helpers/job-api.ts'
import { accessToken, startPlatform } from '../helpers/platform.ts'
import { run } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'
import { sendRequest, type RawResponse } from '../helpers/send-request.ts'
import { localBin } from '../helpers/serve.ts'
import { waitFor } from '../helpers/wait-for.ts'

const NO_DATA = { dataSource: { dataSourceDescriptor: 'bypass' } }

/** Requests a path as it is given. A URL would resolve the dots in it. */
function getAsIs({ origin, cookie }: Dashboard, path: string, method = 'GET'): Promise<RawResponse> {
  return sendRequest(origin, { method, path, headers: { cookie, accept: 'text/html' } })
}

/** What a browser gets in the place of a page: a page with a sentence, and nothing of the inside of the platform. */
function expectSentence({ status, headers, body }: RawResponse, expected: number, path: string): void {
  expect({ path, status, type: headers['content-type'] }).toEqual({ path, status: expected, type: 'text/html; charset=utf-8' })
  expect(String(body), path).toMatch(/<p class="problem">[^<]{10,}<\/p>/)
  expect(String(body), path).not.toMatch(/\.js:\d+|node_modules|\[object |undefined/)
}

const inShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** A script that writes files with these names, each with its own name as the content. */
function writeAll(names: readonly string[]): string {
  const write = (name: string): string =>
    `mkdir -p "$(dirname "$TASK_RESULTS_DIR"/${inShell(name)})"; printf %s ${inShell(name)} >"$TASK_RESULTS_DIR"/${inShell(name)}`
  return names.map(write).join('\n')
}

const unescape = (html: string): string =>
  html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')


async function archiveOf({ platform }: JobApi, name: string): Promise<string> {
  const { hash } = JSON.parse(await readFile(join(platform.directory, 'apps', `${name}@1.0.json`), 'utf8')) as { hash: string }
  return join(platform.directory, 'archives', `${Buffer.from(hash, 'base64').toString('hex')}.tar`)
}

test('a new job whose template is gone has a page, and says so', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.call('POST /dev/templates', { id: 'mine', app: 'up@1.0' })
  const { id } = await api.create({ templateId: 'mine' })
  await api.platform.close()
  await rm(join(api.platform.directory, 'templates', 'mine.json'))
  const again = await startJobApi({ directory: api.platform.directory })
  const dashboard = await logIn(again.platform)
  await dashboard.page(`/jobs/${id}`)
  expectSentence(await dashboard.get(`/jobs/new?from=${id}`), 409, 'duplicate')
  expectSentence(await dashboard.get(`/jobs/${id}/rerun`), 409, 'rerun')
})


/** What a browser would act on, or show in another order, or not at all. */
// oxlint-disable-next-line no-control-regex
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
