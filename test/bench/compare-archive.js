import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { app } from './contenders/app.js'
import { run } from './processes.js'
import { Fault } from './run-contender.js'

/**
 * Makes sure that a tar holds `manifest.json`, and below `app/` the very files of a directory: as the system's own
 * programs see it.
 * @param {string} tar
 * @param {string} source
 * @param {string} parent where it is extracted for a while
 * @throws {Fault}
 */
export async function compareArchive(tar, source, parent) {
  const extracted = join(parent, 'extracted')
  await mkdir(extracted)
  try {
    await succeed(['tar', '--extract', '--file', tar, '--directory', extracted], parent)
    const names = await readdir(extracted)
    if (names.toSorted().join() !== 'app,manifest.json') throw new Fault('no', `the archive holds ${names.join(', ')}`)
    const { name, version } = JSON.parse(await readFile(join(extracted, 'manifest.json'), 'utf8'))
    if (name !== app.name || version !== app.version) throw new Fault('no', `the manifest is that of ${name}@${version}`)
    await succeed(['diff', '--recursive', '--brief', source, join(extracted, 'app')], parent)
  } finally {
    await rm(extracted, { recursive: true })
  }
}

/**
 * @param {string[]} command
 * @param {string} directory
 */
async function succeed(command, directory) {
  const { exitCode, stdout, stderr } = await run(command, directory)
  if (exitCode !== 0) throw new Fault('no', `${command[0]} says:\n${stdout}${stderr}`)
}
