import { expect, test } from 'vitest'
import { logIn } from '../helpers/dashboard.ts'
import { startJobApi, UPPER } from '../helpers/job-api.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test('what a page says to copy does the same', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  const { id } = await api.finish({ app: 'up', name: "it's here", dataSource: { dataSourceDescriptor: 'bypass' } })
  const { page } = await logIn(api.platform)
  const cwd = await temporaryDirectory()
  for (const path of ['/jobs', '/jobs?text=it&state=complete', `/jobs/${id}`, `/jobs/${id}/tasks/0`, '/apps', '/apps/up']) {
    const lines = Array.from((await page(path)).matchAll(/<code>([^<]+)<\/code>/g), ([, text]) => unescape(text ?? ''))
    const token = lines.find((line) => line.startsWith('TOKEN=')) ?? ''
    const call = lines.find((line) => line.startsWith('curl')) ?? ''
    const commands = lines
      .filter((line) => line.startsWith('npx bytenite-local '))
      .map((line) => line.replace('npx bytenite-local', `node '${localBin}'`))
    for (const line of [`${token}; ${call} -fsS`, ...commands]) {
      const stdout = await runSuccessfully('sh', ['-ec', line], { cwd, env: api.platform.env })
      const isFile = path.includes('tasks') || line.includes('results') || line.includes('report')
      expect(stdout, line).toContain(path.startsWith('/apps') ? 'up' : isFile ? '' : id)
    }
  }
})

function unescape(html: string): string {
  return html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
