import tarFs from 'tar-fs'
import { manifest, mtime } from './app.js'
import { uploadInTwoPasses } from './two-passes.js'

await uploadInTwoPasses((directory) =>
  tarFs.pack(directory, {
    map: (header) => ({ ...header, name: `app/${header.name}` }),
    finalize: false,
    finish(pack) {
      pack.entry({ name: 'manifest.json', mtime }, manifest)
      pack.finalize()
    },
  }),
)
