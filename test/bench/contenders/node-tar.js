import { create, Header } from 'tar'
import { manifest, mtime } from './app.js'
import { uploadInOnePass } from './one-pass.js'

const BLOCK = 512

await uploadInOnePass(pack)

/** @param {string} directory */
async function* pack(directory) {
  // The library packs nothing that is not a file on disk; but a tar is a sequence of entries, whoever makes them.
  const header = new Header({ path: 'manifest.json', type: 'File', mode: 0o644, size: manifest.length, mtime })
  header.encode()
  yield /** @type {Buffer} */ (header.block)
  yield Buffer.concat([manifest], Math.ceil(manifest.length / BLOCK) * BLOCK)
  yield* create({ cwd: directory, prefix: 'app', portable: true }, ['.'])
}
