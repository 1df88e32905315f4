import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { findFileReferences, looksSecret, type FileUse } from 'bytenite-uploader/internal/file-references'
import { applyEdits, redirect, type Edit } from './edits.js'
import type { BuildScript, RenderContext, Rendered, RenderedChunk, Script, ScriptPlugin } from './hooks.js'
import { fileOf, mayNameFiles, ModuleRanges } from './modules.js'
import { OutputFiles } from './output-files.js'
import { findFile, isProgram } from './scripts.js'

/** How the scripts of an output are built. */
export interface ScriptBuild extends Pick<Script, 'options' | 'isWatching'> {
  buildScript: BuildScript
}

/** Renders the chunks of an output, and those of the scripts that they start, and collects the files that all of them need. */
export class ChunkRenderer {
  readonly files: OutputFiles
  readonly #build: ScriptBuild

  /**
   * @param entry source of the output's entry; absolute
   * @param fileName of the entry's chunk
   */
  constructor(entry: string, fileName: string, build: ScriptBuild) {
    this.files = new OutputFiles(entry, fileName)
    this.#build = build
  }

  async render(context: RenderContext, code: string, chunk: RenderedChunk): Rendered {
    if (!mayNameFiles(code)) return null
    const ranges = new ModuleRanges(code, chunk.modules)
    const parse = (text: string): object => context.parse(text)
    const found = findFileReferences(code, parse, (offset) => ranges.at(offset)).flatMap((reference) => {
      const source = findFile(ranges.resolve(reference.origin, reference.path) ?? '')
      return source === undefined || looksSecret(this.files.pathOf(source)) ? [] : [{ reference, source }]
    })
    const usesOf = (file: string): FileUse[] => found.flatMap(({ reference, source }) => (source === file ? reference.uses : []))
    const edits: Edit[] = []
    for (const { reference, source } of found) {
      const fileName = this.files.nameOf(source) ?? (await this.#add(source, usesOf(source)))
      if (fileName === undefined || reference.start < (edits.at(-1)?.end ?? 0)) continue
      edits.push(...redirect(reference, posix.relative(posix.dirname(chunk.fileName), fileName), code))
    }
    return applyEdits(edits, code)
  }

  /** @returns the name of the file in the output; `undefined` if the code makes the file itself */
  async #add(source: string, uses: readonly FileUse[]): Promise<string | undefined> {
    const { files } = this
    if (uses.length > 0 && uses.every(({ action }) => action === 'write')) return undefined
    files.watched.add(source)
    const isScript = isProgram(source, uses)
    const fileName = files.name(source, isScript)
    if (!isScript) {
      files.contents.set(fileName, await readFile(source))
      return fileName
    }
    const { buildScript, ...outer } = this.#build
    for (const file of await buildScript({ ...outer, source, fileName, plugin: this.#scriptPlugin() })) {
      files.contents.set(file.fileName, file.type === 'chunk' ? file.code : file.source)
    }
    return fileName
  }

  #scriptPlugin(): ScriptPlugin {
    const { watched } = this.files
    const render = this.render.bind(this)
    return {
      name: 'bytenite:script',
      transform(_code, id) {
        const file = fileOf(id)
        if (file !== undefined) watched.add(file)
        return null
      },
      renderChunk: {
        order: 'pre',
        handler(code, chunk) {
          return render(this, code, chunk)
        },
      },
    }
  }
}
