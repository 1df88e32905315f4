import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalPlatform } from 'bytenite-local'
import { createClient, publish } from 'bytenite-uploader'

/** Tasks of the job that has failed. */
const TASKS = 120
/** The one that fails. */
const BROKEN = 73

const PROGRAMS = {
  'cut-at-lines': {
    type: 'partitioner',
    code: 'i=0; while read -r line; do printf "%s\\n" "$line" >"$CHUNKS_DIR/data_$i.bin"; i=$((i+1)); done <"$(ls "$SOURCE_DIR"/*)"',
  },
  'add-up': { type: 'assembler', code: 'cat "$TASK_RESULTS_DIR"/* | sort -n >"$OUTPUT_DIR/words.txt"' },
  'count-words': {
    code: `printf '\\033[32mINFO\\033[0m counting the words of chunk %s\\n' "$CHUNK_NUMBER"
sleep "0.$((CHUNK_NUMBER * 7 % 4))"
if grep -q "�" "$TASK_DIR/data.bin"; then
  printf '\\033[31mERROR\\033[0m chunk %s is not UTF-8: byte 17 of line 1\\n' "$CHUNK_NUMBER" >&2
  exit 65
fi
wc -w <"$TASK_DIR/data.bin" >"$TASK_RESULTS_DIR/$CHUNK_NUMBER.txt"`,
  },
  'resize-images': { code: 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/image.txt"' },
}

/**
 * A platform on which something has happened: apps, engines, jobs that are complete, and one that has failed.
 * @returns {Promise<{ origin: string, apiKey: string, failedJob: string, close(): Promise<void> }>}
 */
export async function setScene() {
  const directory = await mkdtemp(join(tmpdir(), 'bytenite-scene-'))
  const platform = createLocalPlatform({ directory: join(directory, 'platform') })
  const { apiUrl } = await platform.listen()
  const credentials = { apiKey: platform.apiKey }
  for (const [name, program] of Object.entries(PROGRAMS)) await publishProgram(directory, name, program, apiUrl, platform.apiKey)
  const { jobs } = createClient({ apiUrl, credentials })
  /** @param {string} name @param {string} app @param {string} text */
  const run = async (name, app, text) => {
    const file = join(directory, 'input.txt')
    await writeFile(file, text)
    const parts = app === 'count-words' ? { partitioner: 'cut-at-lines', assembler: 'add-up' } : {}
    const { id } = await jobs.create({ name, app, ...parts, dataSource: { dataSourceDescriptor: 'file' } })
    await jobs.upload(id, file)
    await jobs.run(id)
    await jobs.ended(id)
    return id
  }
  await run('thumbnails of the catalogue', 'resize-images', 'image\n')
  await run('Frankenstein', 'count-words', 'It was on a dreary night of November\n'.repeat(40))
  const lines = Array.from({ length: TASKS }, (_, line) => (line === BROKEN ? 'caf� au lait' : `line ${line} of a long book`))
  const failedJob = await run('The Count of Monte Cristo', 'count-words', `${lines.join('\n')}\n`)
  return {
    origin: new URL(apiUrl).origin,
    apiKey: platform.apiKey,
    failedJob,
    async close() {
      await platform.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/**
 * @param {string} directory
 * @param {string} name
 * @param {{ type?: string, code: string }} program
 * @param {string} apiUrl
 * @param {string} apiKey
 */
async function publishProgram(directory, name, { type, code }, apiUrl, apiKey) {
  const output = join(directory, name)
  await mkdir(output, { recursive: true })
  await writeFile(join(output, 'main.sh'), `#!/bin/sh\nset -e\n${code}\n`, { mode: 0o755 })
  await publish({
    directory: output,
    root: output,
    manifest: {
      name,
      version: '1.0',
      entrypoint: 'main.sh',
      platformConfig: { container: 'debian:12-slim' },
      ...(type !== undefined && { type: /** @type {'partitioner'} */ (type) }),
    },
    template: false,
    record: false,
    activate: true,
    apiUrl,
    apiKey,
    env: {},
  })
}
