import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createArchive, createClient, createManifest, hashArchive, resolveOptions, selectFiles } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { writeFiles } from '../helpers/project.ts'
import { serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

const KILLS = 25
const UPLOADERS = 3
const KEY = 'a-key-that-is-long-enough'

/** An archive that no other upload has. */
async function archiveOf(root: string, version: string) {
  await writeFiles(root, {
    [`${version}/dist/main.js`]: `console.log('${version}')`,
    [`${version}/dist/data.bin`]: Buffer.alloc(200_000, version),
  })
  const manifest = { name: 'app', version, entrypoint: 'main.js', platformConfig: { container: 'node:22-slim' } }
  const options = resolveOptions({ directory: 'dist', root: join(root, version), manifest, env: {} })
  return createArchive(await createManifest(options), await selectFiles(options))
}

test(
  'whatever was acknowledged is there after the server was killed, again and again, while several upload',
  { timeout: 240_000 },
  async () => {
    const directory = await temporaryDirectory()
    const root = await temporaryDirectory()
    /** SHA-256 of what was acknowledged, by its tag. */
    const acknowledged = new Map<string, string>()
    let next = 0
    let apiUrl = ''

    async function upload(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const version = `1.${next++}`
        const archive = await archiveOf(root, version)
        const { hex } = await hashArchive(archive)
        const client = createClient({ apiUrl, credentials: { apiKey: KEY }, retries: 0, signal })
        // What is killed is not acknowledged.
        await client.apps.upload(archive, { tag: `app@${version}` }).then(
          () => acknowledged.set(`app@${version}`, hex),
          () => undefined,
        )
      }
    }

    for (let kills = 0; kills <= KILLS; kills++) {
      const server = await serve(['--port', '0', '--dir', directory, '--api-key', KEY])
      apiUrl = /http:\S+\/v1/.exec(server.output())?.[0] ?? ''
      const stop = new AbortController()
      const uploads = Promise.all(Array.from({ length: UPLOADERS }, () => upload(stop.signal)))
      const enough = acknowledged.size + 1 + (kills % 5)
      await waitFor(`upload ${enough}`, () => acknowledged.size >= enough, { timeout: 60_000 })
      server.kill('SIGKILL')
      await server.end()
      stop.abort()
      await uploads
    }

    const server = await serve(['--port', '0', '--dir', directory, '--api-key', KEY])
    apiUrl = /http:\S+\/v1/.exec(server.output())?.[0] ?? ''
    expect(server.output()).not.toMatch(/damaged/)
    const client = createClient({ apiUrl, credentials: { apiKey: KEY } })
    for (const [tag, hash] of acknowledged) {
      const file = join(root, 'downloaded.tar')
      await client.apps.download(tag, file)
      expect(
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
        tag,
      ).toBe(hash)
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS)
  },
)
