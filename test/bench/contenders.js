import { fileURLToPath } from 'node:url'

/** @import { PreparedWorkload } from './prepare-workload.js' */

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {'upload' | 'hash' | 'send'} kind packs, hashes and uploads the workload; only hashes it; sends as many bytes
 * @property {string} description
 * @property {string[]} [packages] what it uses from npm
 * @property {string[]} [programs] what it uses of the system
 * @property {(prepared: PreparedWorkload, url: string) => string[]} command starts it as a fresh process
 */

export const THIS_PROJECT = 'this project'
export const NOTHING_NEW = 'this project, nothing new'
export const HASH_ONLY = 'this project, hash only'
export const SHELL = 'shell pipeline'
export const OPENSSL = 'openssl dgst'
export const UNDICI = 'undici'
export const LIBRARIES = ['tar-fs', 'node-tar', 'archiver', 'modern-tar']

/** @type {Contender[]} */
export const contenders = [
  {
    name: THIS_PROJECT,
    kind: 'upload',
    description: '`publish()` of what the platform does not have',
    packages: ['bytenite-uploader', 'undici'],
    command: ({ directory }, url) => node('this-project.js', directory, url),
  },
  library('tar-fs', 'tar-fs'),
  library('node-tar', 'tar'),
  library('archiver', 'archiver'),
  library('modern-tar', 'modern-tar'),
  {
    name: 'naive',
    kind: 'upload',
    description: 'everything in memory, one JSON string, `fetch`',
    packages: ['tar-stream'],
    command: ({ directory }, url) => node('naive.js', directory, url),
  },
  {
    name: SHELL,
    kind: 'upload',
    description: 'tar, tee, base64 and curl, with openssl at the side; one pass, of unknown length',
    programs: ['bash', 'tar', 'openssl', 'base64', 'curl'],
    command: ({ directory }, url) => ['bash', script('shell.sh'), directory, url],
  },
  {
    name: OPENSSL,
    kind: 'hash',
    description: 'the SHA-256 of a tar that is there already',
    programs: ['openssl'],
    command: ({ tar }) => ['openssl', 'dgst', '-sha256', '-r', tar],
  },
  {
    name: NOTHING_NEW,
    kind: 'hash',
    description: '`publish()` of what the platform has already: it asks, hashes, and sends nothing',
    packages: ['bytenite-uploader', 'undici'],
    command: ({ directory, hash }, url) => node('nothing-new.js', directory, url.replace(/v1$/, `published/${hash}/v1`)),
  },
  {
    name: HASH_ONLY,
    kind: 'hash',
    description: '`pack()`, which uploads nothing',
    packages: ['bytenite-uploader'],
    command: ({ directory }) => node('hash-only.js', directory),
  },
  {
    name: UNDICI,
    kind: 'send',
    description: 'one request with as many bytes, which reads, packs and hashes nothing',
    packages: ['undici'],
    command: ({ bodySize }, url) => node('undici.js', url, String(bodySize)),
  },
]

/**
 * @param {string} name
 * @param {string} packageName
 * @returns {Contender}
 */
function library(name, packageName) {
  return {
    name,
    kind: 'upload',
    description: 'packs once, hashes while sending by undici, of unknown length, in constant memory',
    packages: [packageName, 'undici'],
    command: ({ directory }, url) => node(`${name}.js`, directory, url),
  }
}

/**
 * @param {string} name
 * @param {string[]} parameters
 */
function node(name, ...parameters) {
  return [process.execPath, script(name), ...parameters]
}

/** @param {string} name */
function script(name) {
  return fileURLToPath(new URL(`contenders/${name}`, import.meta.url))
}
