import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { SelectedFile } from '../output/selected-file.js'
import { readSyntax } from './read-file.js'
import type { ImportedName, ModuleSyntax } from './syntax.js'

/** A JavaScript file that the entrypoint imports or starts, directly or not. */
export interface GraphModule {
  /** Relative to `app/`. */
  path: string
  syntax: ModuleSyntax
  /** The files that load it: from the entrypoint to the file itself. */
  chain: readonly string[]
}

/** An import of something other than a file of the archive. Not guarded against failure, unless stated otherwise. */
export interface OutsideImport extends ImportedName {
  module: GraphModule
  isBuiltin: boolean
}

/** The entrypoint, and the files of the archive that it imports or starts, directly or not. */
export interface ModuleGraph {
  modules: ReadonlyMap<string, GraphModule>
  outside: readonly OutsideImport[]
  /** Paths of the native addons that are imported by name. */
  addons: ReadonlySet<string>
  /** Guarded imports of missing packages for one system, such as `sharp-linux-x64/sharp.node`. */
  missingAddons: readonly OutsideImport[]
}

/** How packages with native code name their builds for Linux, for any libc. */
const FOR_LINUX = /\blinux(?:musl)?-(?:x64|arm64)/

/**
 * Follows the imports of a JavaScript entrypoint, as Node does. Packages in a `node_modules` folder of the archive count as
 * present, but are not parsed.
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
      } else if (isJavaScript(found.path)) waiting.push([...chain, found.path])
      else if (found.path.endsWith('.node')) addons.add(found.path)
    }
    for (const started of startedFiles(module)) waiting.push([...chain, started])
  }
  return { modules, outside, addons, missingAddons }
}

/** The scripts that a module starts beside itself, such as those of workers. */
function startedFiles({ path, syntax }: GraphModule): string[] {
  const started = syntax.files.filter(({ uses }) => uses.some(({ action, isGuarded }) => action === 'run' && !isGuarded))
  return started.map((file) => posix.join(posix.dirname(path), file.path)).filter(isJavaScript)
}

function isJavaScript(path: string): boolean {
  return /\.[cm]?js$/.test(path)
}

type Resolution = { path: string } | 'builtin' | 'nowhere' | 'elsewhere'

function resolveImport(importer: string, { specifier, kind }: ImportedName, files: ReadonlyMap<string, SelectedFile>): Resolution {
  if (specifier.startsWith('node:') || isBuiltin(specifier)) return 'builtin'
  // An absolute path, a URL, or a name from `imports` in package.json.
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
