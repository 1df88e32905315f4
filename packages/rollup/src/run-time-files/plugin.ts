import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import type { FileUse } from 'bytenite-uploader/internal/file-references'
import { applyEdits, redirect, type Edit } from './edits.js'
import type { BuildScript, RenderContext, Rendered, RenderedChunk, RenderOptions, RunTimeFilesPlugin, ScriptPlugin } from './hooks.js'
import { fileOf, ModuleRanges } from './modules.js'
import { OutputFiles } from './output-files.js'
import { findFile, isProgram } from './scripts.js'

/** Modules without any of these name no files by their own place. */
const OWN_PLACE = /\bimport\.meta\b|\b__(?:dirname|filename)\b/

/**
 * Makes the plugin for a bundler: a file that code names by its place beside the source, as in
 * `new URL('./a.wasm', import.meta.url)`, goes into the output, and the code finds it there.
 */
export function createRunTimeFiles(name: string, buildScript: BuildScript): RunTimeFilesPlugin {
  /** Outputs may be made at the same time. */
  const filesByOutput = new Map<string, OutputFiles>()

  return {
    name,
    renderStart(options) {
      filesByOutput.delete(keyOf(options))
    },
    renderChunk: {
      order: 'pre',
      async handler(code, chunk, options, { chunks }) {
        const entry = Object.values(chunks).find(({ isEntry }) => isEntry)
        const source = fileOf(entry?.facadeModuleId ?? '')
        // Vite does it by itself for browsers.
        const isForNode = options.format === 'es' && this.environment?.config.consumer !== 'client'
        if (entry === undefined || source === undefined || !isForNode) return null
        const files = filesByOutput.get(keyOf(options)) ?? new OutputFiles(source, entry.fileName)
        filesByOutput.set(keyOf(options), files)
        try {
          return await render({ context: this, code, chunk, files, options })
        } finally {
          // Rollup 3 does not let a plugin watch a file that is found this late.
          if (!this.meta.rollupVersion.startsWith('3.')) for (const file of files.watched) this.addWatchFile(file)
        }
      },
    },
    generateBundle: {
      order: 'post',
      handler(options, bundle) {
        for (const [fileName, source] of filesByOutput.get(keyOf(options))?.contents ?? []) {
          if (!(fileName in bundle)) this.emitFile({ type: 'asset', fileName, source })
        }
      },
    },
  }

  interface Rendering {
    context: RenderContext
    code: string
    chunk: RenderedChunk
    files: OutputFiles
    options: RenderOptions
  }

  async function render({ context, code, chunk, files, options }: Rendering): Rendered {
    const modules = Object.entries(chunk.modules)
    if (!modules.some(([id, module]) => fileOf(id) !== undefined && OWN_PLACE.test(module.code ?? ''))) return null
    const { findFileReferences, looksSecret } = await import('bytenite-uploader/internal/file-references')
    const ranges = new ModuleRanges(code, chunk.modules)
    const parse = (text: string): object => context.parse(text)
    const found = findFileReferences(code, parse, (offset) => ranges.at(offset)).flatMap((reference) => {
      const source = findFile(ranges.resolve(reference.origin, reference.path) ?? '')
      return source === undefined || looksSecret(files.pathOf(source)) ? [] : [{ reference, source }]
    })
    const usesOf = (file: string): FileUse[] => found.flatMap(({ reference, source }) => (source === file ? reference.uses : []))
    const edits: Edit[] = []
    for (const { reference, source } of found) {
      const fileName = files.nameOf(source) ?? (await add(source, usesOf(source), files, options))
      if (fileName === undefined || reference.start < (edits.at(-1)?.end ?? 0)) continue
      edits.push(...redirect(reference, posix.relative(posix.dirname(chunk.fileName), fileName), code))
    }
    return applyEdits(edits, code)
  }

  /** @returns the name of the file in the output; `undefined` if the code makes the file itself */
  async function add(source: string, uses: readonly FileUse[], files: OutputFiles, options: RenderOptions): Promise<string | undefined> {
    if (uses.length > 0 && uses.every(({ action }) => action === 'write')) return undefined
    files.watched.add(source)
    const isScript = isProgram(source, uses)
    const fileName = files.name(source, isScript)
    if (!isScript) {
      files.contents.set(fileName, await readFile(source))
      return fileName
    }
    for (const file of await buildScript({ source, fileName, plugin: scriptPlugin(files, options), options })) {
      files.contents.set(file.fileName, file.type === 'chunk' ? file.code : file.source)
    }
    return fileName
  }

  function scriptPlugin(files: OutputFiles, options: RenderOptions): ScriptPlugin {
    return {
      name: `${name}:script`,
      transform(_code, id) {
        const file = fileOf(id)
        if (file !== undefined) files.watched.add(file)
        return null
      },
      renderChunk: {
        order: 'pre',
        handler(code, chunk) {
          return render({ context: this, code, chunk, files, options })
        },
      },
    }
  }
}

/** What tells the outputs of a bundle apart. */
export function keyOf({ dir, file }: RenderOptions): string {
  return dir ?? file ?? ''
}
