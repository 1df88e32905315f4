// Writes the recording at the top of the README.

import { writeFile } from 'node:fs/promises'
import { record } from './record.js'
import { toSvg } from './to-svg.js'

await writeFile(new URL('../../packages/local/docs/terminal.svg', import.meta.url), toSvg(await record()))
