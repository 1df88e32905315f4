import { readSelected, type SelectedFile } from '../output/selected-file.js'
import type { NodeImage } from '../manifest/image.js'
import type { Finding } from './codes.js'
import type { ModuleGraph } from '../modules/graph.js'

type System = 'Linux with glibc' | 'Linux with musl' | 'macOS' | 'Windows' | 'unknown'

/** Bytes of an addon in which the names of the libraries that it needs are looked for. */
const MAX_READ = 16_000_000

/**
 * Native addons for another system than the image's. A package that brings one for each system is fine: it picks its own.
 * @param imported those that are imported by their names
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
      message: `${path} is made for ${system}; the image has ${wanted ?? 'Linux'}.`,
    }))
}

/**
 * Addons that a module looks for by the system's name, and of which the archive has none. It may have another way to do
 * what they do.
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
        message: `${chain.join(' → ')} looks for a native addon such as "${example.specifier}", and none is in the archive.`,
        isUncertain: true,
      },
    ]
  })
}

/** By the magic numbers of ELF, Mach-O (either order, and for several machines) and PE. */
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
