import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import { run } from './processes.js'

/** @import { Contender } from './contenders.js' */

const nodeModules = new URL('../../node_modules/', import.meta.url)

/** The machine and the moment, as lines of `name: value`. */
export async function describeMachine() {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const system = /^PRETTY_NAME="?(.*?)"?$/m.exec(osRelease)?.[1] ?? process.platform
  return [
    `Date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `CPU: ${cpus()[0]?.model.trim()}`,
    `Cores: ${cpus().length}`,
    `Memory: ${(totalmem() / 1e9).toFixed(1)} GB`,
    `Node: ${process.version}`,
    `OS: ${system}, kernel ${release()}`,
  ]
}

/**
 * What a contender is made of, as `name version, ...`.
 * @param {Contender} contender
 * @param {string} directory
 */
export async function versionsOf({ packages = [], programs = [] }, directory) {
  const versions = [...packages.map(packageVersion), ...programs.map((program) => programVersion(program, directory))]
  return (await Promise.all(versions)).join(', ')
}

/** @param {string} name */
async function packageVersion(name) {
  const { version } = JSON.parse(await readFile(new URL(`${name}/package.json`, nodeModules), 'utf8'))
  return `${name} ${version}`
}

/**
 * @param {string} program
 * @param {string} directory
 */
async function programVersion(program, directory) {
  const { stdout } = await run([program, program === 'openssl' ? 'version' : '--version'], directory)
  const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0]
  return `${program} ${version}`
}
