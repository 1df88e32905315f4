import { Readable } from 'node:stream'
import { ByteNiteError } from 'bytenite-uploader'
import { describeArchive } from 'bytenite-uploader/internal/archive-contents'
import { expect, test } from 'vitest'

test('a file that changes while its archive is compared is told as that, and not as a fault of the archive', async () => {
  const error = new ByteNiteError('FILE_CHANGED', 'main.js changed while it was being packed.')
  // oxlint-disable-next-line require-yield
  async function* pack(): AsyncGenerator<Buffer> {
    throw error
  }
  await expect(describeArchive(Readable.from(pack()))).rejects.toBe(error)
})
