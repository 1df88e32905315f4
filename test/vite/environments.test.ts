import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { createProject } from '../helpers/project.ts'

test('an environment that does not exist is an invalid option', async () => {
  const root = await createProject({
    'package.json': '{ "name": "vite-app", "version": "1.0.0", "type": "module" }',
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
      export default { plugins: [bytenite({ environments: ['client', 'srr'] })] }\n`,
    'build.js': `import { build } from 'vite'
      const { name, code, message } = await build().catch((error) => error)
      console.log(JSON.stringify({ name, code, message }))`,
  })
  const output = await runSuccessfully('node', ['build.js'], { cwd: root })
  expect(JSON.parse(output)).toEqual({
    name: 'ByteNiteError',
    code: 'INVALID_OPTION',
    message: 'The option "environments" names "srr"; this project has client.\nSee bytenite-uploader/docs/errors.md#invalid_option',
  })
})
