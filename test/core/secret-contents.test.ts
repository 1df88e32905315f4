import { createHash, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { pack, type PackOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.py', platformConfig: { container: 'python:3.12-slim' } }

async function warningsOf(files: Files, options: Partial<PackOptions> = {}): Promise<string[]> {
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), { 'main.py': 'print(1)\n', ...files })
  const warnings: string[] = []
  await pack({ directory: 'dist', root, manifest, env: {}, onWarning: (message) => warnings.push(message), ...options })
  return warnings
}

/** Characters that look random, made here: a real token in this file would be one too many. */
const random = (length: number, alphabet: 'hex' | 'base64' = 'hex'): string =>
  createHash('sha512').update('seed').digest(alphabet).replace(/\W/g, 'x7').slice(0, length).padEnd(length, 'q3Z')
const letters = random(64, 'base64')
const pem = String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }))
const rsa = String(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }))
const aws = `AKIA${'QWERTYUIOPASDFGH'}`

test.each([
  ['a private key', pem],
  ['a private key', rsa],
  ['a private key', JSON.stringify({ private_key: rsa })],
  ['a private key', pem.replaceAll('\n', '\\r\\n')],
  [
    'a private key',
    pem
      .split('\n')
      .map((line) => `"${line}\\n" +`)
      .join('\n'),
  ],
  ['an npm token', `//registry/:_authToken=npm_${letters.slice(0, 36)}`],
  ['a GitHub token', `const t = 'ghp_${letters.slice(0, 36)}'`],
  ['a GitHub token', `github_pat_${letters.slice(0, 22)}_${random(59)}`],
  ['a GitLab token', `glpat-${letters.slice(0, 20)}`],
  ['a Slack token', `xoxb-123456789012-${letters.slice(0, 24)}`],
  ['a secret key of Stripe', `sk_live_${letters.slice(0, 24)}`],
  ['an AWS access key with its secret', `{ accessKeyId: "${aws}",\n secretAccessKey: "${letters.slice(0, 38)}/+" }`],
])('%s in a file is named with its line, and never shown', async (what, secret) => {
  const [warning = '', ...others] = await warningsOf({ 'nested/config.txt': `first\n\nbefore ${secret} after\n` })
  expect(others).toEqual([])
  expect(warning).toContain(`[secret-content] nested/config.txt contains what looks like ${what} in line 3.`)
  for (const line of secret.split(/\n|\\n/).filter((part) => part.length > 15 && !part.includes('PRIVATE')))
    expect(warning).not.toContain(line)
})

test('a secret across the pieces of a larger file is found', async () => {
  const content = `${'x'.repeat(79)}\n`.repeat(3300)
  const token = `npm_${letters.slice(0, 36)}`
  const at = 256 * 1024 * 2 + 262_144 - 20
  const text = content.repeat(4).slice(0, at - 1) + ` ${token}\n`
  expect(text.length).toBeGreaterThan(512 * 1024)
  expect(text.length).toBeLessThan(1_000_000)
  expect(await warningsOf({ 'large.txt': text })).toEqual([
    expect.stringContaining('[secret-content] large.txt contains what looks like an npm token'),
  ])
})

test.each([
  ['documented examples', 'AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  ['an access key without its secret', `const id = '${aws}'`],
  ['placeholders', 'npm_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ghp_000000000000000000000000000000000000 sk_live_xxxxxxxxxxxxxxxxxxxxxxxx'],
  ['publishable keys', `pk_live_${letters.slice(0, 24)} pk_test_${letters.slice(0, 24)} sk_test_${letters.slice(0, 24)}`],
  ['a public key', String(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }))],
  ['code that makes keys', 'const pem = `-----BEGIN PRIVATE KEY-----\\n${body}\\n-----END PRIVATE KEY-----`'],
  [
    'code that knows keys',
    `if (pem.indexOf("-----BEGIN PRIVATE KEY-----") !== 0) throw new TypeError('"pkcs8" must be PKCS#8 formatted string')`,
  ],
  ['names of variables', 'process.env.npm_config_registry npm_package_name ghp_token'],
])('%s are not', async (_, text) => {
  expect(await warningsOf({ 'config.txt': text })).toEqual([])
})

test('binary files and larger ones are not searched, and the check has a level like any other', async () => {
  const token = `npm_${letters.slice(0, 36)}`
  expect(await warningsOf({ 'model.bin': `\0${token}`, 'large.txt': token.padEnd(1_000_001) })).toEqual([])
  expect(await warningsOf({ 'config.txt': token }, { checks: { 'secret-content': 'off' } })).toEqual([])
  expect(await warningsOf({ 'config.txt': token }, { checks: false })).toEqual([])
  await expect(warningsOf({ 'config.txt': token }, { checks: { 'secret-content': 'error' } })).rejects.toMatchObject({
    code: 'CHECK_FAILED',
  })
})
