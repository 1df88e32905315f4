// What the checks say of popular packages, bundled as an app: run by hand, before and after a change of the checks.
//   node test/survey/survey.js > before.txt

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from 'bytenite-uploader'
import { build } from 'vite'
import { bytenite } from 'vite-plugin-bytenite'

const PACKAGES = [
  'express',
  'fastify',
  'koa',
  'hono',
  'undici',
  'axios',
  'got',
  'node-fetch',
  'jose',
  'jsonwebtoken',
  'node-forge',
  'openpgp',
  'ssh2',
  'mongodb',
  'pg',
  'mysql2',
  'ioredis',
  'bullmq',
  'kafkajs',
  'nodemailer',
  '@aws-sdk/client-s3',
  'google-auth-library',
  'stripe',
  '@slack/web-api',
  'octokit',
  'zod',
  'ajv',
  'lodash',
  'date-fns',
  'luxon',
  'rxjs',
  'cheerio',
  'jsdom',
  'puppeteer-core',
  'playwright-core',
  'typescript',
  'prettier',
  'esbuild-wasm',
  'pino',
  'winston',
  'commander',
  'yargs',
  'archiver',
  'tar',
  'jszip',
  'sharp',
  'jimp',
  'pdfkit',
  'xlsx',
  'csv-parse',
  'protobufjs',
  'ws',
]

const root = mkdtempSync(join(tmpdir(), 'bytenite-survey-'))
try {
  writeFileSync(join(root, 'package.json'), '{ "name": "survey", "version": "1.0.0", "type": "module" }')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...PACKAGES], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  for (const name of PACKAGES) console.log(`${name}: ${(await findingsOf(name)).join('\n  ') || 'nothing'}`)
} finally {
  rmSync(root, { recursive: true, force: true })
}

/**
 * Bundles a package as a worker, and packs that.
 * @param {string} name
 * @returns {Promise<string[]>}
 */
async function findingsOf(name) {
  writeFileSync(join(root, 'entry.js'), `import * as all from '${name}'\nconsole.log(Object.keys(all).length)\n`)
  try {
    const plugins = [bytenite({ entry: 'entry.js', publish: false, checks: false, record: false })]
    await build({ root, configFile: false, logLevel: 'silent', plugins })
  } catch (error) {
    return [`cannot be bundled: ${/** @type {Error} */ (error).message.split('\n')[0]}`]
  }
  /** @type {string[]} */
  const findings = []
  const options = {
    directory: 'dist',
    root,
    env: {},
    /** @param {string} message */ onWarning: (message) => void findings.push(shorten(message)),
  }
  const entry = { manifest: { entrypoint: 'main.js' }, entryFiles: [join(root, 'dist/main.js')] }
  await pack({ ...options, ...entry }).catch((error) => findings.push(...error.message.split('\n').map(shorten)))
  return findings
}

/** @param {string} message */
function shorten(message) {
  return message.replaceAll(root, '').slice(0, 160)
}
