import { createJimp } from '@jimp/core'
import jpeg from '@jimp/js-jpeg'
import png from '@jimp/js-png'
import { expect, test } from 'vitest'
import { fitInto } from '../src/resize.js'

const Jimp = createJimp({ formats: [jpeg, png] })
const orange = 0xff8800ff

test.each(['image/png', 'image/jpeg'] as const)('%s keeps its format, its proportions and its colours', async (mime) => {
  const original = await new Jimp({ width: 400, height: 200, color: orange }).getBuffer(mime)
  const image = await Jimp.fromBuffer(await fitInto(original, { width: 100, height: 100 }))
  expect({ width: image.width, height: image.height, mime: image.mime }).toEqual({ width: 100, height: 50, mime })
  const [red = 0, green = 0, blue = 0] = image.bitmap.data.subarray(0, 3)
  expect(Math.abs(red - 0xff) + Math.abs(green - 0x88) + Math.abs(blue - 0x00)).toBeLessThan(10)
})

test('an image that fits already is left as it is', async () => {
  const original = await new Jimp({ width: 20, height: 10, color: orange }).getBuffer('image/png')
  expect(await fitInto(original, { width: 100, height: 100 })).toBe(original)
})

test('what is no image is an error', async () => {
  await expect(fitInto(Buffer.from('text'), { width: 1, height: 1 })).rejects.toThrow()
})
