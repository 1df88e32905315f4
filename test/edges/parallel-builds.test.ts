import type { ManifestOptions } from 'rollup-plugin-bytenite'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { createProject } from '../helpers/project.ts'

/** Enough to meet a race. */
const rounds = [1, 2, 3, 4, 5]

const importBundler = {
  rollup: `import { rollup as bundler } from 'rollup'`,
  rolldown: `import { createRequire } from 'node:module'
    const vite = createRequire(import.meta.url).resolve('vite')
    const { rolldown: bundler } = await import(createRequire(vite).resolve('rolldown'))`,
}
const bundlers = Object.keys(importBundler) as (keyof typeof importBundler)[]

/** A script that builds `a` and `b` with one plugin in each round, which publishes as `app-1`, `app-2` and so on. */
function scriptProject(
  name: keyof typeof importBundler,
  round: string,
  manifest: ManifestOptions = { entrypoint: 'a/a.js' },
): Promise<string> {
  return createProject({
    'package.json': '{ "name": "parallel", "version": "1.0.0", "type": "module" }',
    'src/a.js': 'console.log("a")\n',
    'src/b.js': 'console.log("b")\n',
    'src/broken.js': `import './missing.js'\n`,
    'build.js': `${importBundler[name]}
      import { setTimeout } from 'node:timers/promises'
      import { bytenite } from 'rollup-plugin-bytenite'
      for (const round of ${JSON.stringify(rounds)}) {
        const plugin = bytenite({ manifest: { name: 'app-' + round, ...(${JSON.stringify(manifest)}) } })
        const build = async (name, { others = [], outputs = [{ dir: 'dist/' + round + '/' + name }] } = {}) => {
          const bundle = await bundler({ input: 'src/' + name + '.js', plugins: [...others, plugin] })
          try {
            await Promise.all(outputs.map((output) => bundle.write(output)))
          } finally {
            await bundle.close()
          }
        }
        ${round}
      }`,
  })
}

const published = rounds.map((round) => `app-${round}@1.0`)

const slow = `{ name: 'slow', async buildStart() { await setTimeout(100) } }`
const slowToClose = `{ name: 'slow', async closeBundle() { await setTimeout(100) } }`

test.each(
  bundlers.flatMap((bundler) =>
    [
      ['at the same time', `await Promise.all([build('a'), build('b')])`],
      ['of which one takes longer', `await Promise.all([build('a'), build('b', { others: [${slow}] })])`],
      ['of which one closes later', `await Promise.all([build('a', { others: [${slowToClose}] }), build('b')])`],
    ].map(([name, round]) => [bundler, name, round] as const),
  ),
)('%s: two builds %s are published once, as one archive', async (bundler, _, round) => {
  const platform = await startPlatform()
  const root = await scriptProject(bundler, round ?? '')
  await runSuccessfully('node', ['build.js'], { cwd: root, env: platform.env })
  expect(await platform.uploads()).toEqual(published)
  for (const tag of published) {
    const app = await platform.extractApp((await platform.client.apps.get(tag)) as never)
    expect(Object.keys(app).toSorted()).toEqual(['app/a/a.js', 'app/b/b.js'])
  }
})

test.each(bundlers)('%s: two formats of one source in one directory are published once', async (bundler) => {
  const platform = await startPlatform()
  const output = (format: string, name: string): string =>
    `{ outputs: [{ dir: 'dist/' + round, format: '${format}', entryFileNames: '${name}' }] }`
  const both = `await Promise.all([build('a', ${output('es', 'a/a.js')}), build('a', ${output('cjs', 'a/a.cjs')})])`
  const root = await scriptProject(bundler, both)
  await runSuccessfully('node', ['build.js'], { cwd: root, env: platform.env })
  expect(await platform.uploads()).toEqual(published)
})

test.each(
  bundlers.flatMap((bundler) =>
    [
      ['the other', `build('broken'), build('a')`],
      ['the other, which takes longer', `build('a', { others: [${slow}] }), build('broken')`],
      ['the other after it was written', `build('a', { others: [${slowToClose}] }), build('broken')`],
      ['the other when it writes', `build('a'), build('b', { others: [{ name: 'x', writeBundle() { throw new Error('on purpose') } }] })`],
    ].map(([name, builds]) => [bundler, name, builds] as const),
  ),
)('%s: a build is not published if %s fails, and one line gives the reason', async (bundler, _, builds) => {
  const platform = await startPlatform()
  const root = await scriptProject(bundler, `await Promise.allSettled([${builds}])`)
  const output = await runSuccessfully('node', ['build.js'], { cwd: root, env: platform.env })
  expect(await platform.uploads()).toEqual([])
  const lines = output.split('\n').filter((line) => line.includes('not published: '))
  expect(lines, output).toHaveLength(rounds.length)
  for (const line of lines) expect(line).toMatch(/not published: in one of 2 builds that overlap, (?:the build failed|an output failed)/)
})

test.each(bundlers)('%s: a build takes no harm from one beside it that is only generated', async (bundler) => {
  const platform = await startPlatform()
  const root = await scriptProject(
    bundler,
    `const other = await bundler({ input: 'src/b.js', plugins: [plugin] })
     await Promise.all([build('a'), other.generate({})])
     await other.close()`,
    {},
  )
  await runSuccessfully('node', ['build.js'], { cwd: root, env: platform.env })
  expect(await platform.uploads()).toEqual(published)
})

test.each(bundlers)('%s: builds that follow one another are published one by one', async (bundler) => {
  const platform = await startPlatform()
  const root = await scriptProject(
    bundler,
    `for (const name of ['a', 'b']) {
      const sequential = bytenite({ manifest: { name: name + '-' + round } })
      const bundle = await bundler({ input: 'src/' + name + '.js', plugins: [[Promise.resolve([sequential])]] })
      await bundle.write({ dir: 'dist/' + name })
      await bundle.close()
    }`,
  )
  await runSuccessfully('node', ['build.js'], { cwd: root, env: platform.env })
  expect((await platform.uploads()).toSorted()).toEqual(rounds.flatMap((round) => [`a-${round}@1.0`, `b-${round}@1.0`]).toSorted())
})
