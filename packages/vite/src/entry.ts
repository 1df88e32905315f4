import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ByteNiteError } from 'bytenite-uploader/config'
import { explained } from 'rollup-plugin-bytenite/internal'

/**
 * An app has one entry.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function checkEntry(entry: unknown): asserts entry is string {
  if (typeof entry === 'string' && entry !== '') return
  throw explained(
    new ByteNiteError('INVALID_OPTION', `The option "entry" is ${JSON.stringify(entry)}; expected the path of one file.`, {
      hint: 'A task starts with one file. Give each app its own config, with its own outDir and manifest.name, or let a single entry dispatch on a parameter.',
    }),
  )
}

/**
 * What a build that has failed should say first, if its entry is not there. It is said only then: another plugin may make the file.
 * @param root Vite's, an absolute path
 */
export function missingEntry(entry: string, root: string): string | undefined {
  if (existsSync(resolve(root, entry))) return undefined
  return `The option "entry" is ${JSON.stringify(entry)}, and there is no such file. Correct the path, which is relative to ${root}.`
}

/** Whether an entry is to be bundled. */
export function isJavaScript(entry: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(entry)
}
