import { join } from 'node:path'
import { expect } from 'vitest'
import { run, runSuccessfully } from '../helpers/process.ts'
import { readPaths } from '../helpers/project.ts'

/** What an archive has of its own, so that it is the same on every machine. */
const METADATA = /: (?:Mode|Mod time|Uid|Gid) differs$/

/**
 * Makes sure that what arrived is the output, byte for byte. The system's tar compares the two where they are: to
 * extract fifty thousand files, and to remove them again, takes longer than everything else.
 * @param tar what arrived
 * @param root of a project whose output is in `app`, as it is in an archive
 */
export async function expectArrived(tar: string, root: string): Promise<void> {
  const options = { cwd: root, env: { LC_ALL: 'C' } }
  const listed = (await runSuccessfully('tar', ['-tf', tar, 'app'], options)).trim().split('\n')
  const paths = (await readPaths(join(root, 'app'))).map((path) => `app/${path}`)
  expect(listed.filter((path) => !path.endsWith('/')).toSorted()).toEqual(paths.toSorted())
  const { stdout, stderr } = await run('tar', ['--compare', '-f', tar, 'app'], options)
  const differences = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !METADATA.test(line))
  expect(differences).toEqual([])
}
