import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pack } from 'bytenite-uploader'
import { app } from '../contenders/app.js'
import { measure } from '../measure.js'
import { start, stop } from '../processes.js'
import { mediansOf } from '../statistics.js'
import { config } from './projects.js'

/** @import { Usage } from '../measure.js' */
/** @import { BuildProject, Variant } from './projects.js' */

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const vite = join(repository, 'node_modules/vite/bin/vite.js')
const platform = join(repository, 'packages/local/bin/bytenite-local.js')
const KEY = 'the-key-of-the-benchmark'
const HASH_ROUNDS = 3

/** What a build says, so that none is measured that did not do what it should. @type {Partial<Record<Variant['name'], RegExp>>} */
const EXPECTED = { packed: /\] packed/, unchecked: /\] packed/, published: /\] published/, 'up to date': /\] up to date/ }

/**
 * @typedef {object} BuildResult
 * @property {BuildProject} project
 * @property {Map<Variant['name'], Usage>} usages medians
 * @property {number} size bytes of the archive
 * @property {number} hash seconds that `openssl dgst` takes for the archive
 */

/**
 * Builds a project in each of its variants, in turns.
 * @param {BuildProject} project
 * @param {string} parent
 * @param {(progress: string) => void} onProgress
 * @returns {Promise<BuildResult>}
 */
export async function measureBuilds(project, parent, onProgress) {
  const directory = join(parent, project.name)
  await mkdir(join(directory, 'src'), { recursive: true })
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'bench', private: true, type: 'module' }))
  await writeFile(join(directory, 'vite.config.js'), config)
  await symlink(join(repository, 'node_modules'), join(directory, 'node_modules'))
  const local = await startPlatform(directory)
  /** @type {Map<Variant['name'], Usage[]>} */
  const samples = new Map(project.variants.map((name) => [name, []]))
  for (let round = -1; round < project.rounds; round++) {
    onProgress(round < 0 ? 'warming up' : `round ${round + 1} of ${project.rounds}`)
    for (const name of project.variants) {
      const usage = await build(directory, project, name, round, local.env)
      if (round >= 0) samples.get(name)?.push(usage)
    }
  }
  stop(local.child)
  const hash = await hashArchive(directory)
  await rm(directory, { recursive: true })
  return { project, usages: new Map(Array.from(samples, ([name, usages]) => [name, mediansOf(usages)])), ...hash }
}

/** @param {string} directory */
async function startPlatform(directory) {
  const child = start(
    [process.execPath, platform, 'serve', '--port', '0', '--dir', join(directory, 'platform'), '--api-key', KEY],
    directory,
  )
  child.stderr.pipe(process.stderr)
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /BYTENITE_API_URL=(\S+)/.exec(line) ?? []
    if (url !== undefined) return { child, env: { BYTENITE_API_URL: url, BYTENITE_API_KEY: KEY } }
  }
  throw new Error('The platform did not start.')
}

/**
 * Each round builds something else, so that each publish sends something new.
 * @param {string} directory
 * @param {BuildProject} project
 * @param {Variant['name']} variant
 * @param {number} round
 * @param {Record<string, string>} env
 */
async function build(directory, { source }, variant, round, env) {
  await writeFile(join(directory, 'src/main.js'), `${source}console.log('round ${round}')\n`)
  const { output, usage } = await measure([process.execPath, vite, 'build'], directory, { ...env, BENCH_VARIANT: variant })
  const isWrong = output.exitCode !== 0 || EXPECTED[variant]?.test(output.stdout) === false
  if (isWrong) throw new Error(`The build "${variant}" failed:\n${output.stdout}${output.stderr}`)
  return usage
}

/** @param {string} directory */
async function hashArchive(directory) {
  const tar = join(directory, 'archive.tar')
  const { size } = await pack({
    directory: join(directory, 'dist'),
    root: directory,
    manifest: app,
    template: false,
    checks: false,
    archiveFile: tar,
    record: false,
    env: {},
  })
  const usages = []
  for (let round = 0; round < HASH_ROUNDS; round++) usages.push((await measure(['openssl', 'dgst', '-sha256', tar], directory)).usage)
  return { size, hash: mediansOf(usages).wall }
}
