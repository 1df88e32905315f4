import { TarArchive } from 'archiver'
import { manifest, mtime } from './app.js'
import { uploadInOnePass } from './one-pass.js'

await uploadInOnePass((directory) => {
  const archive = new TarArchive()
  archive.append(manifest, { name: 'manifest.json', date: mtime })
  archive.directory(directory, 'app')
  archive.finalize().catch((error) => archive.destroy(error))
  return archive
})
