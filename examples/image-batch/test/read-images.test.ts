import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { readImages, type NamedImage } from '../src/read-images.js'

test('images are found in folders, and what is none is left out', async () => {
  const tar = pack()
  tar.entry({ name: 'a.png' }, 'first')
  tar.entry({ name: 'notes.txt' }, 'text')
  tar.entry({ name: 'folder', type: 'directory' })
  tar.entry({ name: 'folder/b.JPG' }, 'second')
  tar.finalize()
  const images: NamedImage[] = []
  for await (const image of readImages(await buffer(tar))) images.push(image)
  expect(images.map(({ name, bytes }) => [name, String(bytes)])).toEqual([
    ['a.png', 'first'],
    ['folder/b.JPG', 'second'],
  ])
})
