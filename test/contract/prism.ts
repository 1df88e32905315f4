import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { startProgram } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'

const bin = createRequire(import.meta.url).resolve('@stoplight/prism-cli/dist/index.js')
const document = fileURLToPath(new URL('bytenite.openapi.yaml', import.meta.url))

/**
 * Prism with the contract, as a platform of its own, or before another one. A request or a response that breaks the
 * contract gets an error.
 * @returns its API's address
 */
export async function startPrism(upstream?: string): Promise<string> {
  const command = upstream === undefined ? ['mock', document] : ['proxy', document, new URL(upstream).origin]
  const prism = startProgram(process.execPath, [bin, ...command, '--port', '0', '--errors'], { cwd: repository })
  await prism.waitForOutput(/Prism is listening on \S+\n/)
  const [, origin] = /Prism is listening on (\S+)\n/.exec(prism.output()) ?? []
  return `${origin}/v1`
}
