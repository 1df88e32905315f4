import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readRecord, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test('nodeWorker makes one file that runs from an empty directory, started either way', async () => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "worker", "version": "1.0.0", "type": "module" }',
    'src/main.js': `import { sep } from 'node:path'\nimport('./later.js').then(({ later }) => console.log(later, sep.length))\n`,
    'src/later.js': `export const later = 'later'\n`,
    'rollup.config.js': `import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
      export default { ...nodeWorker('src/main.js'), plugins: [bytenite()] }\n`,
  })
  await runSuccessfully('node', rollup, { cwd: root, env: platform.env })
  const record = await readRecord(root)
  const arrived = await platform.extract(record)
  expect(Object.keys(arrived).toSorted()).toEqual(['app/main.js', 'app/main.js.map', 'app/package.json', 'manifest.json', 'template.json'])
  const empty = await temporaryDirectory()
  await writeFiles(empty, { 'main.js': arrived['app/main.js'] ?? '', 'package.json': arrived['app/package.json'] ?? '' })
  expect((await runSuccessfully(join(empty, 'main.js'), [], { cwd: empty })).trim()).toBe('later 1')
  expect((await runSuccessfully('node', ['main.js'], { cwd: empty })).trim()).toBe('later 1')
})

test('a dependency that was left out stops the build, with the way to it', async () => {
  const root = await createProject({
    'package.json': '{ "name": "worker", "version": "1.0.0", "type": "module" }',
    'src/main.js': `import './part.js'\n`,
    'src/part.js': `import pad from 'left-pad'\nconsole.log(pad('x', 2))\n`,
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      export default { input: 'src/main.js', external: ['left-pad'], output: { dir: 'dist', preserveModules: true }, plugins: [bytenite()] }\n`,
  })
  const { exitCode, stderr } = await run('node', rollup, { cwd: root, warnings: /the levels/ })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(
    /\[CHECK_FAILED\] The app would fail in container node:22-slim \(1 error\):\n {2}- \[missing-import\] main\.js → part\.js imports "left-pad"/,
  )
})
