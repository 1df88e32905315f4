import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { ByteNiteError } from 'bytenite-uploader/config'
import { explained } from 'rollup-plugin-bytenite/internal'
import type { EntryContext, EntryHooks, ViteBundle } from './types.js'
import { withoutUserValues, type UserConfig } from './worker-preset.js'

/** A bundler needs something to bundle. The chunk that comes of it is thrown away. */
const VIRTUAL = 'virtual:bytenite-folder'
const RESOLVED = `\0${VIRTUAL}`

/** Python writes it wherever it runs, with the modification times of the sources. */
const PYTHON_CACHE = '__pycache__'

/** Copies the folder of an entry that is not JavaScript to the output, unbundled. */
export function folderEntry(name: string, entry: string): EntryHooks {
  let root = process.cwd()
  return {
    name,
    apply: 'build',
    enforce: 'post',
    config(userConfig) {
      const preset = {
        publicDir: false,
        build: { outDir: 'dist', emptyOutDir: true, modulePreload: false, rollupOptions: { input: VIRTUAL } },
      }
      return withoutUserValues(preset, userConfig as UserConfig)
    },
    configResolved(config) {
      root = config.root
    },
    resolveId: (id) => (id === VIRTUAL ? RESOLVED : null),
    load: (id) => (id === RESOLVED ? 'export default null' : null),
    async generateBundle(this: EntryContext, _options: object, bundle: ViteBundle) {
      for (const [fileName, { type }] of Object.entries(bundle)) if (type === 'chunk') delete bundle[fileName]
      for (const [fileName, file] of await filesOf(root, entry)) {
        this.addWatchFile?.(file)
        this.emitFile({ type: 'asset', fileName, source: await readFile(file) })
      }
    },
  }
}

/** Where the files are, by their names in the output. */
async function filesOf(root: string, entry: string): Promise<Map<string, string>> {
  const folder = dirname(resolve(root, entry))
  if (folder === root) {
    throw explained(
      new ByteNiteError(
        'INVALID_OPTION',
        `The entry ${entry} is in the project's root, so the whole root would be published, including node_modules.`,
        { hint: `Move it into a folder of its own, such as src/${basename(entry)}.` },
      ),
    )
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: Error) => {
    throw explained(new ByteNiteError('INVALID_OPTION', `The folder of the entry ${entry} cannot be read: ${error.message}`))
  })
  const files = new Map<string, string>()
  for (const item of entries) {
    if (item.isDirectory()) continue
    const file = join(item.parentPath, item.name)
    const path = relative(folder, file).split(sep)
    if (!path.includes(PYTHON_CACHE)) files.set(path.join('/'), file)
  }
  if (!files.has(basename(entry))) {
    throw explained(new ByteNiteError('INVALID_OPTION', `The option "entry" names ${entry}, which does not exist in ${root}.`))
  }
  return files
}
