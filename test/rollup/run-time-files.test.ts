import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readFiles } from '../helpers/project.ts'
import { join } from 'node:path'
import { runTimeFileNames, runTimeFilesApp, runTimeFilesResult } from '../helpers/run-time-files.ts'

test('files that the code reads and runs beside its sources are in the output, where it finds them', async () => {
  const root = await createProject({
    'package.json': '{ "name": "run-time-files", "version": "1.0.0", "type": "module" }',
    'rollup.config.js': `import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'\nexport default { ...nodeWorker('src/main.js'), plugins: [bytenite()] }\n`,
    ...runTimeFilesApp('js'),
  })
  await runSuccessfully('node', rollup, { cwd: root })
  expect(Object.keys(await readFiles(join(root, 'dist'))).toSorted()).toEqual(runTimeFileNames)
  expect(JSON.parse(await runSuccessfully('node', ['dist/main.js'], { cwd: root }))).toEqual(runTimeFilesResult)
})
