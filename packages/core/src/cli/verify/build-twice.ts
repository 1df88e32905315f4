import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeArchiveFile } from '../../archive/archive-file.js'
import { compareArchives, type ArchiveDifference } from '../../compare/archive-difference.js'
import { findBuilt } from '../../compare/built-archives.js'
import { archiveInFile, type PackedArchive } from '../../compare/readable-archive.js'
import { findReasons, type Reason } from '../../compare/reasons.js'
import { overrideVariable } from '../../connection/override.js'
import { runBuild } from '../../processes/run-build.js'
import { withTemporaryDirectory } from '../../utils/temporary-directory.js'
import type { Screen } from '../output/screen.js'

/** Two builds of the same source, packed. */
export interface TwoBuilds {
  /** The second. */
  packed: PackedArchive
  /** From the first to the second. */
  difference: ArchiveDifference
  reasons: readonly Reason[]
}

export interface BuildTwiceOptions {
  command: readonly [string, ...string[]]
  /** Of the app or engine. */
  tag: string
  /** Packs what was built, if no plugin has done so. */
  pack: () => Promise<PackedArchive>
  screen: Screen
  /** Whether the standard output is for a program. */
  isJson: boolean
  signal: AbortSignal
}

/**
 * Builds twice, and compares what comes out: the archive as the project's plugin packs it, else the directory. Neither build can
 * publish anything.
 * @param use gets the builds, whose archives are gone afterwards
 * @throws {ByteNiteError} `BUILD_FAILED`, and the errors of packing
 */
export async function withTwoBuilds<Result>(options: BuildTwiceOptions, use: (builds: TwoBuilds) => Promise<Result>): Promise<Result> {
  return withTemporaryDirectory('build', async (directory) => {
    const first = await kept(await build('first', directory, options), directory)
    const packed = await build('second', directory, options)
    const comparison = await compareArchives(first, packed)
    const { difference } = comparison
    return use({ packed, difference, reasons: difference.isSame ? [] : findReasons(comparison) })
  })
}

/** For programs that know no override. */
const WITHOUT_PLATFORM = { BYTENITE_PUBLISH: 'false', BYTENITE_API_KEY: '', BYTENITE_ACCESS_TOKEN: '' }

async function build(
  which: string,
  directory: string,
  { command, tag, pack, screen, isJson, signal }: BuildTwiceOptions,
): Promise<PackedArchive> {
  const archives = join(directory, which)
  await mkdir(archives)
  screen.say(`building for the ${which} time: ${command.join(' ')}`)
  const override = overrideVariable({ by: 'bytenite-uploader verify', publish: false, archives })
  await runBuild(command, { env: { ...WITHOUT_PLATFORM, ...override }, signal, isStdoutTaken: isJson })
  return (await findBuilt(archives, tag)) ?? pack()
}

/** The next build replaces the files that an archive is read from. */
async function kept({ tag, hash, size, open }: PackedArchive, directory: string): Promise<ReturnType<typeof archiveInFile>> {
  const file = join(directory, 'first.tar')
  await writeArchiveFile(file, open(), 'Make room in the directory for temporary files, or set TMPDIR to another one.')
  return archiveInFile(tag, hash, size, file)
}
