import { createJimp } from '@jimp/core'
import jpeg from '@jimp/js-jpeg'
import png from '@jimp/js-png'
import { methods as resize } from '@jimp/plugin-resize'

/** Codecs in plain JavaScript: all of it is in the bundle, for whatever machine the task runs on. */
const Jimp = createJimp({ formats: [jpeg, png], plugins: [resize] })

export interface Size {
  width: number
  height: number
}

/** Makes a JPEG or PNG as large as fits into `size`, keeping its format and its proportions. A smaller one is left as it is. */
export async function fitInto(bytes: Buffer, size: Size): Promise<Buffer> {
  const image = await Jimp.fromBuffer(bytes)
  if (image.width <= size.width && image.height <= size.height) return bytes
  image.scaleToFit({ w: size.width, h: size.height })
  return image.mime === 'image/png' ? image.getBuffer('image/png') : image.getBuffer('image/jpeg', { quality: 85 })
}
