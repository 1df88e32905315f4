import { readSelected, type SelectedFile } from '../output/selected-file.js'
import type { NodeImage } from '../manifest/image.js'
import type { Finding } from './codes.js'
import type { ModuleGraph } from '../modules/graph.js'

type System = 'Linux with glibc' | 'Linux with musl' | 'macOS' | 'Windows' | 'unknown'

/** Bytes of an addon that are searched for the names of its libraries. */
const MAX_READ = 16_000_000

/**
 * Finds native addons built for another system than the image's. A package that contains one for each system is fine,
 * because it picks the right one.
 * @param imported paths of the addons that are imported by name
 */
export function findForeignAddons(files: Iterable<SelectedFile>, imported: ReadonlySet<string>, image: NodeImage | undefined): Finding[] {
  const wanted: System | undefined = image && (image.libc === 'musl' ? 'Linux with musl' : 'Linux with glibc')
  const fits = (system: System): boolean => system === 'unknown' || (wanted === undefined ? system.startsWith('Linux') : system === wanted)
  const addons = [...files]
    .filter(({ path }) => path.endsWith('.node'))
    .map((file) => ({ path: file.path, system: systemIn(readSelected(file, MAX_READ)) }))
  const hasChoice = addons.some(({ system }) => fits(system))
  return addons
    .filter(({ path, system }) => !fits(system) && (!hasChoice || imported.has(path)))
    .map(({ path, system }) => ({
      code: 'native-addon',
      message: `${path} is built for ${system}, but the image runs ${wanted ?? 'Linux'}.`,
    }))
}

/**
 * Finds modules that look for an addon by the system's name, if the archive has no addons. They may have a fallback.
 */
export function findMissingAddons({ modules, missingAddons }: ModuleGraph, files: ReadonlyMap<string, SelectedFile>): Finding[] {
  if ([...files.keys()].some((path) => path.endsWith('.node'))) return []
  return [...modules.values()].flatMap(({ path, chain }) => {
    const missing = missingAddons.filter(({ module }) => module.path === path)
    const example = missing.find(({ specifier }) => specifier.includes('-x64')) ?? missing[0]
    if (example === undefined) return []
    return [
      {
        code: 'native-addon',
        message: `${chain.join(' → ')} looks for a native addon such as "${example.specifier}", but the archive has none.`,
        isUncertain: true,
      },
    ]
  })
}

/** Recognizes ELF, Mach-O (both byte orders, and universal) and PE by their magic numbers. */
function systemIn(bytes: Buffer): System {
  if (bytes.length < 4) return 'unknown'
  const magic = bytes.readUInt32BE(0)
  if (magic === 0x7f454c46) {
    if (bytes.includes('libc.musl-')) return 'Linux with musl'
    return bytes.includes('libc.so.6') ? 'Linux with glibc' : 'unknown'
  }
  if ([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe].includes(magic)) return 'macOS'
  return bytes.toString('latin1', 0, 2) === 'MZ' ? 'Windows' : 'unknown'
}
