import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, readFiles } from '../helpers/project.ts'
import { join } from 'node:path'
import { runTimeFileNames, runTimeFilesApp, runTimeFilesResult } from '../helpers/run-time-files.ts'

test('files that the code reads and runs beside its sources are in the output, where it finds them', async () => {
  const root = await createProject({
    'package.json': '{ "name": "run-time-files", "version": "1.0.0", "type": "module" }',
    'vite.config.ts': `import { bytenite } from 'vite-plugin-bytenite'\nexport default { plugins: [bytenite({ entry: 'src/main.ts' })] }\n`,
    ...runTimeFilesApp('ts'),
  })
  await runSuccessfully('node', [vite, 'build'], { cwd: root })
  expect(Object.keys(await readFiles(join(root, 'dist'))).toSorted()).toEqual(runTimeFileNames)
  expect(JSON.parse(await runSuccessfully('node', ['dist/main.js'], { cwd: root }))).toEqual(runTimeFilesResult)
})
