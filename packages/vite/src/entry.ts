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

/** Whether an entry is to be bundled. */
export function isJavaScript(entry: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(entry)
}
