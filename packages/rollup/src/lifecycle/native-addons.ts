import { ByteNiteError } from 'bytenite-uploader/config'
import { dirname, relative, resolve } from 'node:path'

export const NATIVE_ADDON: RegExp = /\.node$/

/**
 * Says why a build fails at a native addon that no other plugin can load: bundlers take it for JavaScript, and complain of
 * its first character.
 */
export class NativeAddons {
  readonly #importers = new Map<string, string>()

  /** Bundlers do not know who imports a module yet when they load it. */
  resolving(source: string, importer: string | undefined): void {
    if (NATIVE_ADDON.test(source) && importer !== undefined) this.#importers.set(resolve(dirname(plain(importer)), source), importer)
  }

  /** @throws {ByteNiteError} `CHECK_FAILED` for a native addon */
  loading(id: string): void {
    if (!NATIVE_ADDON.test(id)) return
    const importer = this.#importers.get(plain(id))
    const by = importer === undefined ? '' : `, imported by ${shown(importer)},`
    throw new ByteNiteError('CHECK_FAILED', `[native-addon] ${shown(id)}${by} is a native addon, which cannot be bundled.`, {
      hint:
        'Use a package without native code; or make its package external, and copy it, installed for the system of the image, into a node_modules ' +
        "of the output, or use an image that has it and set checks: { 'missing-import': 'off' }.",
    })
  }
}

/** A path without what plugins put around it. */
function plain(id: string): string {
  return id.replace(/^\0|\?.*$/g, '')
}

function shown(id: string): string {
  return relative(process.cwd(), plain(id))
}
