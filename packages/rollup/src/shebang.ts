import { closeSync, openSync, readSync } from 'node:fs'

const LINE = '#!/usr/bin/env node'

/** The part of a chunk that decides whether it gets a `#!` line. */
interface Chunk {
  isEntry: boolean
  facadeModuleId?: string | null
}

/** The option `banner` of Rollup and Rolldown. */
type Banner = string | ((chunk: Chunk) => string | Promise<string>)

/**
 * An `outputOptions` hook that puts a `#!` line at the start of entry chunks, so that the platform can start the file with an
 * interpreter or by executing it. As a banner, it costs nothing: the bundler lays out code and source map with it. An entry
 * with a `#!` line of its own keeps that; two would be a syntax error.
 */
export function withShebang<Options extends object>(options: Options): Options {
  const { banner } = options as { banner?: Banner }
  const withLine = async (chunk: Chunk): Promise<string> => {
    const given = (typeof banner === 'function' ? await banner(chunk) : banner) ?? ''
    if (!chunk.isEntry || given.startsWith('#!') || startsWithShebang(chunk.facadeModuleId)) return given
    return given === '' ? LINE : `${LINE}\n${given}`
  }
  return { ...options, banner: withLine }
}

/** A module that is not a file may have a line, so it is left to {@link addShebang}. */
function startsWithShebang(id: string | null | undefined): boolean {
  let file: number | undefined
  try {
    file = openSync(id ?? '', 'r')
    const start = Buffer.alloc(2)
    readSync(file, start, 0, 2, 0)
    return start.toString('latin1') === '#!'
  } catch {
    return true
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/**
 * A `renderChunk` hook.
 * @returns the changed code and its source map, as JSON; `null` if the chunk stays as it is
 */
export type AddShebang = (code: string, chunk: { isEntry: boolean }) => Promise<{ code: string; map: string } | null>

/**
 * Puts a `#!` line at the start of entry chunks that {@link withShebang} gave none: those of modules that are not files, and
 * those from which something has removed it. Reading a large source map for one line takes seconds.
 */
export const addShebang: AddShebang = async (code, chunk) => {
  if (!chunk.isEntry || code.startsWith('#!')) return null
  // Loaded by a build that needs it, not by every config.
  const { MagicString } = await import('magic-string')
  const edited = new MagicString(code).prepend(`${LINE}\n`)
  return { code: edited.toString(), map: edited.generateMap({ hires: 'boundary' }).toString() }
}
