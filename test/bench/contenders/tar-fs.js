import tarFs from 'tar-fs'
import { manifest, mtime } from './app.js'
import { uploadInOnePass } from './one-pass.js'

await uploadInOnePass((directory) =>
  tarFs.pack(directory, {
    map: (header) => ({ ...header, name: `app/${header.name}` }),
    finalize: false,
    finish(pack) {
      pack.entry({ name: 'manifest.json', mtime }, manifest)
      pack.finalize()
    },
  }),
)
