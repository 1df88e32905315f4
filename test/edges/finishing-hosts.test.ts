import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, readFiles, writeFiles } from '../helpers/project.ts'

/** A project whose Vite has a plugin of this name, as a framework would. */
const projectOf = (plugin: string, options = '', config = '', hooks = '') =>
  createProject({
    'package.json': '{ "name": "framework-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
      export default { ${config} build: { ssr: 'src/main.js' }, plugins: [{ name: '${plugin}', ${hooks} }, bytenite({ archiveFile: 'app.tar', ${options} })] }\n`,
  })

test.each([
  ['astro:build', 'Astro', 'astro:build:done'],
  ['vite-plugin-sveltekit-setup', 'SvelteKit', 'adapt()'],
  ['vitepress', 'VitePress', 'buildEnd'],
  ['react-router', 'React Router', 'react-router.config'],
  ['remix', 'Remix', 'buildEnd'],
  ['nuxt:environments', 'Nuxt', 'nitro:init'],
  ['nitro:main', 'Nitro', 'compiled'],
  ['vinxi:routes', 'SolidStart with Vinxi', 'app.config'],
  ['vite-plugin-qwik-city', 'Qwik City', 'after all of them'],
  ['vike:build', 'Vike', 'after the build'],
])('a build of a framework with the plugin %s sends nothing, and says what to do', async (plugin, name, remedy) => {
  const platform = await startPlatform()
  // Some frameworks let Vite show warnings only.
  const root = await projectOf(plugin, '', `logLevel: 'warn',`)
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env, warnings: /not published/ })
  expect(output).toContain(`warning: not published: ${name} `)
  expect(output).toContain('so this is not its output.')
  expect(output).toContain(remedy)
  expect(output).not.toContain('packed')
  expect(await platform.uploads()).toEqual([])
  expect(Object.keys(await readFiles(`${root}/dist`))).toEqual(['main.js'])
})

test.each([
  ['ends the process when it is done', 'process.exit()'],
  ['moves what the bundler wrote', `await (await import('node:fs/promises')).rename('dist', 'moved')`],
])('a framework that %s does not hide what to do', async (_, code) => {
  const platform = await startPlatform()
  const root = await projectOf('vike:build', '', '', `async closeBundle() { ${code} }`)
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env, warnings: /not published/ })
  expect(output.match(/not published: .*/g)).toEqual([expect.stringMatching(/^not published: Vike .* Call publishOutput\(\)/)])
  expect(await platform.uploads()).toEqual([])
})

test('with publish: true it is an error, with publish: false a line', async () => {
  const platform = await startPlatform()
  const required = await run('node', [vite, 'build'], { cwd: await projectOf('astro:build', 'publish: true'), env: platform.env })
  expect(required.exitCode).toBe(1)
  expect(required.stderr).toContain(
    '[UNFINISHED_OUTPUT] Astro renders its pages after the bundler has finished, so this is not its output.',
  )
  const off = await runSuccessfully('node', [vite, 'build'], { cwd: await projectOf('astro:build', 'publish: false'), env: platform.env })
  expect(off).toContain('not published: publishing is switched off')
})

test('vite-ssg is recognised by its command, before it sets anything', async () => {
  const platform = await startPlatform()
  const root = await projectOf('some-plugin')
  await writeFiles(root, { 'bin/vite-ssg.js': `import { build } from 'vite'\nawait build()\n` })
  const output = await runSuccessfully('node', ['bin/vite-ssg.js'], { cwd: root, env: platform.env, warnings: /not published/ })
  expect(output).toContain('not published: vite-ssg renders its pages')
})

test('vite-ssg is recognised by what it sets, and what is only named alike is not', async () => {
  const platform = await startPlatform()
  const ssg = await runSuccessfully('node', [vite, 'build'], {
    cwd: await projectOf('some-plugin'),
    env: { ...platform.env, VITE_SSG: 'true' },
    warnings: /not published/,
  })
  expect(ssg).toContain('not published: vite-ssg renders its pages')
  for (const plugin of ['vite-plugin-svelte', 'astro-icons', 'my-vitepress-theme', 'nuxt:ui', 'react-router:only-a-part']) {
    const output = await runSuccessfully('node', [vite, 'build'], { cwd: await projectOf(plugin), env: platform.env })
    expect(output).toMatch(/published framework-app@1\.0|up to date framework-app@1\.0/)
  }
})
