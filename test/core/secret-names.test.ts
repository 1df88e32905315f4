import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { resolveOptions, selectFiles } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

async function selected(files: Files): Promise<string[]> {
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), files)
  const { files: chosen } = await selectFiles(resolveOptions({ directory: 'dist', root, env: {} }))
  return chosen.map(({ path }) => path)
}

const secrets = [
  '.env~',
  '.env.bak',
  '.env.production.swp',
  'production.env',
  '..env.swp',
  '#.env#',
  '.#.env',
  '.npmrc',
  '.npmrc~',
  '.npmrc.orig',
  '..npmrc.swp',
  '_netrc',
  '.netrc.save',
  '.pypirc.old',
  'id_rsa',
  'id_ed25519~',
  'server.key',
  'server.key.bak',
  '.server.key.swp',
  'cert.p12~',
  'AuthKey_1.p8',
  'store.jks.backup',
  '.kube/config',
  '.aws/credentials',
  '.azure/accessTokens.json',
  '.config/gcloud/credentials.db',
  '.oci/config',
  '.bash_history',
  '.zsh_history',
  '.python_history',
  '.node_repl_history',
  '.local/share/fish/fish_history',
  'terraform.tfstate',
  'terraform.tfstate.backup',
  '.terraformrc',
  '.docker/config.json',
  '.dockercfg',
  '.cargo/credentials.toml',
  '.cargo/credentials',
  '.m2/settings.xml',
  '.gradle/gradle.properties',
  '.gem/credentials',
  '.composer/auth.json',
  '.config/gh/hosts.yml',
  'application_default_credentials.json',
  'service-account-prod.json',
  '.s3cfg',
  'rclone.conf',
  'key.pem~',
]

test.each(secrets)('%s looks like a secret, in any folder and case', async (path) => {
  const names = [path, `deep/er/${path}`, `deep/${path.toUpperCase()}`]
  expect(await selected({ 'main.js': '', ...Object.fromEntries(names.map((name) => [name, 'x'])) })).toEqual(['main.js'])
})

const harmless = [
  'environment.js',
  'env/index.js',
  'settings.xml',
  'gradle.properties',
  'config',
  'history.js',
  'hosts.yml',
  'keys.js',
  'main.js~',
  'main.js.bak',
  'public.crt',
  'keyboard.js',
  'netrc.js',
  'backup.orig.js',
  'credentials.js',
]

test.each(harmless)('%s does not', async (path) => {
  expect(await selected({ [path]: 'x' })).toEqual([path])
})

test('a .pem file is a secret only if it holds a private key', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const files = {
    'certifi/cacert.pem': `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`.repeat(5_000),
    'public.pem': publicKey.export({ type: 'spki', format: 'pem' }),
    'private.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'both.PEM': `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${String(privateKey.export({ type: 'sec1', format: 'pem' }))}`,
  }
  expect(await selected(files)).toEqual(['certifi/cacert.pem', 'public.pem'])
})
