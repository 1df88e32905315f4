import { ByteNiteError } from '../errors.js'
import { selectFiles, type Selection, type SelectionInput } from '../output/select-files.js'
import type { SelectedFile } from '../output/selected-file.js'
import { readModuleGraph, type ModuleGraph } from './graph.js'
import { withModuleType } from './module-type.js'
import { PackageTypes } from './package-types.js'

/** The files of the output that go into the archive, and the modules among them. */
export interface Output extends Selection {
  byPath: ReadonlyMap<string, SelectedFile>
  /** The imports of the entrypoint; `undefined` if it is not JavaScript, or nothing is to be checked. */
  graph: ModuleGraph | undefined
  types: PackageTypes
}

/**
 * Selects the files of the output and reads the modules among them.
 * @param entrypoint relative to the output directory
 * @param isChecked whether what the modules import matters
 * @throws {ByteNiteError} `NO_ENTRYPOINT`, and the errors of {@link selectFiles}
 */
export async function readOutput(input: SelectionInput, entrypoint: string, isChecked: boolean): Promise<Output> {
  const { files: selected, emptyDirectories } = await selectFiles(input)
  const byPath = new Map(selected.map((file) => [file.path, file]))
  if (!byPath.has(entrypoint)) {
    throw new ByteNiteError('NO_ENTRYPOINT', `The entrypoint ${entrypoint} is not among the ${selected.length} packed files.`, {
      hint: 'Fix manifest.entrypoint (relative to the output directory), or check that "include" and "exclude" do not filter it out.',
    })
  }
  const graph = isChecked && /\.[cm]?js$/.test(entrypoint) ? readModuleGraph(entrypoint, byPath) : undefined
  const types = PackageTypes.read(selected)
  const files = withModuleType(selected, entrypoint, graph, types)
  return { files, emptyDirectories, byPath, graph, types: files === selected ? types : PackageTypes.read(files) }
}
