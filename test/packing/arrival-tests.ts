import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { publish } from 'bytenite-uploader'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { createProject } from '../helpers/project.ts'
import { seed } from '../helpers/seed.ts'
import { makeTemporaryDirectory, remove, temporaryDirectory } from '../helpers/temporary-directory.ts'
import { atOnce, slowly, startReceiver, withPauses, type Pace } from './decoding-receiver.ts'
import { expectArrived } from './expect-arrived.ts'

// Memory that is used again too early gives an archive whose hash agrees on both sides and whose content is wrong.
// Only what arrived, compared file by file, tells.

interface Workload {
  name: string
  files: number
  /** Bytes of each file. */
  size: number
}

const manifest = { name: 'a', version: '1.0', entrypoint: 'main.js' }

/** Registers what arrives of a workload, at three paces, and the memory that it takes. */
export function testArrival({ name, files, size }: Workload): void {
  describe(name, () => {
    let root: string

    beforeAll(async () => {
      root = await makeTemporaryDirectory('workload')
      for (let index = 0; index < files; index++) {
        const directory = join(root, `app/folder-${Math.floor(index / 100)}`)
        if (index % 100 === 0) mkdirSync(directory, { recursive: true })
        writeFileSync(join(directory, `file-${index}.bin`), randomBytes(size))
      }
      writeFileSync(join(root, 'app/main.js'), 'x')
    })

    afterAll(() => remove(root))

    test.each<[string, () => Pace]>([
      ['is read at once', () => atOnce],
      ['is read slowly', () => slowly(files * size > 200e6 ? 200e6 : 60e6)],
      [`is read with pauses (seed ${seed})`, () => withPauses(seed)],
    ])('what arrives is the output, when it %s', async (_, pace) => {
      const tar = join(await temporaryDirectory(), 'app.tar')
      const apiUrl = await startReceiver(tar, pace())
      const { size } = await publish({ directory: 'app', root, manifest, apiUrl, accessToken: 'some-token', record: false, env: {} })
      await expectArrived(tar, root)
      expect((await stat(tar)).size).toBe(size)
    })

    test('memory does not grow with the size, and by a kilobyte for each file at the most', async () => {
      const apiUrl = await startReceiver('/dev/null', atOnce)
      const script = await createProject({
        'package.json': '{ "type": "module" }',
        'publish.js': `import { publish } from 'bytenite-uploader'
        const manifest = ${JSON.stringify(manifest)}
        await publish({ directory: 'app', root: ${JSON.stringify(root)}, manifest, apiUrl: '${apiUrl}', accessToken: 'some-token', record: false, env: {} })
        console.log(process.resourceUsage().maxRSS)`,
      })
      const megabytes = Number(await runSuccessfully('node', ['publish.js'], { cwd: script })) / 1024
      // Node with undici takes some 80 MB before it does anything.
      expect(megabytes).toBeLessThan(130 + files / 1024)
    })
  })
}
