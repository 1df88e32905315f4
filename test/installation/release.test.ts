import { execFile } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { packages } from '../helpers/packages.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { startEmptyRegistry } from './registry.ts'

interface Published {
  version: string
  repository: { url: string; directory: string }
  homepage: string
  bugs: { url: string }
  dependencies?: Record<string, string>
}

/** The commands of the workflow's steps, without those of other actions. */
async function commands(): Promise<string[]> {
  const workflow = await readFile(join(repository, '.github/workflows/release.yml'), 'utf8')
  return Array.from(workflow.matchAll(/^ +(?:- run|version): (npx .*)$/gm), ([, command = '']) => command)
}

test('the steps of the release workflow version and publish all packages, with their repository', { timeout: 400_000 }, async () => {
  const directory = await temporaryDirectory()
  const registry = await startEmptyRegistry(directory)
  onTestFinished(() => registry.stop())
  const clone = join(directory, 'clone')
  await promisify(execFile)('git', ['clone', '--quiet', repository, clone])
  // What is built already need not be built again.
  for (const name of packages)
    await cp(join(repository, 'packages', name, 'dist'), join(clone, 'packages', name, 'dist'), { recursive: true })
  // The real registry trusts the workflow; this one takes any token.
  const settings = join(directory, '.npmrc')
  await writeFile(settings, `${registry.url.replace('http:', '')}:_authToken=anyone\n`)
  const env = { GITHUB_SERVER_URL: 'https://git.example', GITHUB_REPOSITORY: 'team/plugins', npm_config_userconfig: settings }
  const [install, version, again, release, ...others] = await commands()
  expect([again, others]).toEqual([install, []])
  for (const [command = '', more = {}] of [[install], [version], [release, { npm_config_registry: registry.url }]] as const) {
    await runSuccessfully('sh', ['-c', command], {
      cwd: clone,
      env: { ...env, ...more },
      timeout: 200_000,
      warnings: /Received 404 for npm info/,
    })
  }

  const { version: before } = JSON.parse(await readFile(join(repository, 'packages/core/package.json'), 'utf8')) as Published
  const { version: after } = JSON.parse(await readFile(join(clone, 'packages/core/package.json'), 'utf8')) as Published
  expect(after).not.toBe(before)
  for (const name of packages) {
    const { name: packageName } = JSON.parse(await readFile(join(clone, 'packages', name, 'package.json'), 'utf8')) as { name: string }
    const found = (await (await fetch(`${registry.url}${packageName}/latest`)).json()) as Published
    expect(found).toMatchObject({
      version: after,
      repository: { url: 'git+https://git.example/team/plugins.git', directory: `packages/${name}` },
      homepage: `https://git.example/team/plugins/tree/main/packages/${name}#readme`,
      bugs: { url: 'https://git.example/team/plugins/issues' },
    })
    for (const [dependency, range] of Object.entries(found.dependencies ?? {})) {
      if (/bytenite/.test(dependency)) expect(range).toBe(`^${after}`)
    }
    expect(await readFile(join(clone, 'packages', name, 'CHANGELOG.md'), 'utf8')).toContain(`## ${after}\n`)
  }
})
