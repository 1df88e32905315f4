import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { readSelected, type SelectedFile } from '../output/selected-file.js'
import { readModuleSyntax, type ImportedName, type ModuleSyntax } from './syntax.js'

/** A JavaScript file that the entrypoint leads to. */
export interface GraphModule {
  /** Relative to `app/`. */
  path: string
  syntax: ModuleSyntax
  /** Who leads to it, from the entrypoint on; ends with itself. */
  chain: readonly string[]
}

/** An import of something that is not a file of the archive; whose failure nothing expects, if not said otherwise. */
export interface OutsideImport extends ImportedName {
  module: GraphModule
  isBuiltin: boolean
}

/** The entrypoint, and what it imports of the archive's files, directly or not. */
export interface ModuleGraph {
  modules: ReadonlyMap<string, GraphModule>
  outside: readonly OutsideImport[]
  /** Native addons that are imported by their names. */
  addons: ReadonlySet<string>
  /** What a module tries to find for the system that it runs on, such as `sharp-linux-x64/sharp.node`, and does not. */
  missingAddons: readonly OutsideImport[]
}

/** How packages with native code name what they have for Linux, whatever the libc. */
const FOR_LINUX = /\blinux(?:musl)?-(?:x64|arm64)/

/** Bytes; a larger file is data, and would take seconds to parse. */
const MAX_SIZE = 20_000_000

/**
 * Follows the imports of a JavaScript entrypoint, as Node does. Packages in a `node_modules` of the archive are there, and
 * not looked into.
 * @throws {ByteNiteError} `UNREADABLE_FILE`
 */
export function readModuleGraph(entrypoint: string, files: ReadonlyMap<string, SelectedFile>): ModuleGraph {
  const modules = new Map<string, GraphModule>()
  const outside: OutsideImport[] = []
  const addons = new Set<string>()
  const missingAddons: OutsideImport[] = []
  const waiting: (readonly string[])[] = [[entrypoint]]
  for (let chain = waiting.shift(); chain !== undefined; chain = waiting.shift()) {
    const path = chain.at(-1) ?? ''
    if (modules.has(path)) continue
    const syntax = readSyntax(files.get(path))
    if (syntax === undefined) continue
    const module: GraphModule = { path, syntax, chain }
    modules.set(path, module)
    for (const imported of syntax.imports) {
      const found = resolveImport(path, imported, files)
      if (found === 'elsewhere') continue
      if (found === 'builtin' || found === 'nowhere') {
        const missing = { ...imported, module, isBuiltin: found === 'builtin' }
        if (imported.place !== 'guarded') outside.push(missing)
        else if (FOR_LINUX.test(imported.specifier)) missingAddons.push(missing)
      } else if (/\.[cm]?js$/.test(found.path)) waiting.push([...chain, found.path])
      else if (found.path.endsWith('.node')) addons.add(found.path)
    }
  }
  return { modules, outside, addons, missingAddons }
}

export function readSyntax(file: SelectedFile | undefined): ModuleSyntax | undefined {
  if (file?.source === undefined || file.size > MAX_SIZE) return undefined
  return readModuleSyntax(readSelected(file).toString('utf8'))
}

type Resolution = { path: string } | 'builtin' | 'nowhere' | 'elsewhere'

function resolveImport(importer: string, { specifier, kind }: ImportedName, files: ReadonlyMap<string, SelectedFile>): Resolution {
  if (specifier.startsWith('node:') || isBuiltin(specifier)) return 'builtin'
  // A path or URL outside of the archive, or a name that package.json gives a meaning.
  if (/^(?:\/|#|[a-z][a-z+.-]+:)/i.test(specifier)) return 'elsewhere'
  if (/^\.\.?(?:\/|$)/.test(specifier))
    return resolveFile(posix.join(posix.dirname(importer), specifier.replace(/[?#].*$/, '')), kind, files)
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  return isInNodeModules(importer, name, files) ? 'elsewhere' : 'nowhere'
}

function resolveFile(path: string, kind: ImportedName['kind'], files: ReadonlyMap<string, SelectedFile>): Resolution {
  const clean = path.replace(/^\.\//, '')
  const candidates =
    kind === 'import'
      ? [clean]
      : [clean, ...['.js', '.json', '.node', '/package.json', '/index.js', '/index.json'].map((end) => posix.join(`${clean}${end}`))]
  const found = candidates.find((candidate) => files.has(candidate))
  return found === undefined ? 'nowhere' : { path: found }
}

function isInNodeModules(importer: string, name: string, files: ReadonlyMap<string, SelectedFile>): boolean {
  const directories = ['']
  for (const [index, character] of [...importer].entries()) if (character === '/') directories.push(importer.slice(0, index + 1))
  const folders = directories.map((directory) => `${directory}node_modules/${name}/`)
  for (const path of files.keys()) if (folders.some((folder) => path.startsWith(folder))) return true
  return false
}
