import { ByteNiteError } from 'bytenite-uploader/config'
import { explained } from '../explained-error.js'
import { dirname, relative, resolve } from 'node:path'

export const NATIVE_ADDON: RegExp = /\.node$/

/**
 * Explains why a build fails on a native addon that no other plugin loads. Bundlers parse it as JavaScript and report
 * its first character as a syntax error.
 */
export class NativeAddons {
  readonly #importers = new Map<string, string>()

  /** Remembers the importer, which bundlers do not know yet when they load a module. */
  resolving(source: string, importer: string | undefined): void {
    if (NATIVE_ADDON.test(source) && importer !== undefined) this.#importers.set(resolve(dirname(plain(importer)), source), importer)
  }

  /** @throws {ByteNiteError} `CHECK_FAILED` if it is a native addon */
  loading(id: string): void {
    if (!NATIVE_ADDON.test(id)) return
    const importer = this.#importers.get(plain(id))
    const by = importer === undefined ? '' : `, imported by ${shown(importer)},`
    const hint =
      'Use a package without native code. Or make its package external, and either copy it (installed for the system of the image) ' +
      "to node_modules in the output, or use an image that contains it and set checks: { 'missing-import': 'off' }."
    throw explained(
      new ByteNiteError('CHECK_FAILED', `[native-addon] ${shown(id)}${by} is a native addon, which cannot be bundled.`, { hint }),
    )
  }
}

/** A module's path, without the prefix and the query that plugins may add. */
function plain(id: string): string {
  return id.replace(/^\0|\?.*$/g, '')
}

function shown(id: string): string {
  return relative(process.cwd(), plain(id))
}
