import { packTar } from 'modern-tar/fs'
import { manifest, mtime } from './app.js'
import { uploadInTwoPasses } from './two-passes.js'

await uploadInTwoPasses((directory) =>
  packTar(
    [
      { type: 'content', content: manifest, target: 'manifest.json', mtime },
      { type: 'directory', source: directory, target: 'app' },
    ],
    // By default it reads several directories at once, and packs them in whatever order they come: no two tars are the same.
    { concurrency: 1 },
  ),
)
