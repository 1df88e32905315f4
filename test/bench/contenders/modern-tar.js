import { packTar } from 'modern-tar/fs'
import { manifest, mtime } from './app.js'
import { uploadInOnePass } from './one-pass.js'

await uploadInOnePass((directory) =>
  packTar([
    { type: 'content', content: manifest, target: 'manifest.json', mtime },
    { type: 'directory', source: directory, target: 'app' },
  ]),
)
