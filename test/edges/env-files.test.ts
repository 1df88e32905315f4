import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject } from '../helpers/project.ts'

const files = {
  'package.json': '{ "name": "env-app", "version": "1.0.0", "type": "module" }',
  'src/main.js': 'console.log(1)\n',
  'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
    export default { build: { ssr: 'src/main.js' }, plugins: [bytenite()] }\n`,
}

test.each([
  ['UTF-8 with a byte order mark', Buffer.from('\uFEFFBYTENITE_API_KEY=x\n')],
  ['UTF-16', Buffer.from('\uFEFFBYTENITE_API_KEY=x\n', 'utf16le')],
  ['UTF-16', Buffer.from('\uFEFFBYTENITE_API_KEY=x\n', 'utf16le').swap16()],
])('a .env.local in %s is named with its encoding', async (encoding, content) => {
  const cwd = await createProject({ ...files, '.env.local': content })
  const output = await runSuccessfully('node', [vite, 'build'], { cwd, warnings: /is saved as/ })
  expect(output).toContain(`.env.local is saved as ${encoding}, so not all of its variables can be read. Save it as UTF-8.`)
  expect(output).toContain('not published: no credentials')
})
