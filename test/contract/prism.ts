import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const bin = createRequire(import.meta.url).resolve('@stoplight/prism-cli/dist/index.js')
const document = fileURLToPath(new URL('bytenite.openapi.yaml', import.meta.url))

/**
 * Prism with the contract, as a platform of its own, or before another one. A request or a response that breaks the
 * contract gets an error.
 * @returns its API's address
 */
export async function startPrism(upstream?: string): Promise<string> {
  const command = upstream === undefined ? ['mock', document] : ['proxy', document, new URL(upstream).origin]
  const child = spawn(process.execPath, [bin, ...command, '--port', '0', '--errors'], { env: { ...process.env, NO_COLOR: '1' } })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  child.stderr.resume()
  let output = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk)
    const origin = /Prism is listening on (\S+)\n/.exec(output)?.[1]
    if (origin === undefined) continue
    child.stdout.resume()
    return `${origin}/v1`
  }
  throw new Error(`Prism ended before it listened:\n${output}`)
}
