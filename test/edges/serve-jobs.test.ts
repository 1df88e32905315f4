import { expect, test } from 'vitest'
import { connectJobApi } from '../helpers/job-api.ts'
import { serve } from '../helpers/serve.ts'
import { startPlatform } from '../helpers/platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** `bytenite-local serve` as a process of its own, with calls to its API. */
async function startServer(directory: string, ...flags: string[]) {
  const program = await serve(['--port', '0', '--dir', directory, ...flags])
  const { BYTENITE_API_URL: apiUrl = '', BYTENITE_API_KEY: apiKey = '' } = program.exports()
  return { ...program, ...(await connectJobApi({ apiUrl, apiKey })) }
}

test('--concurrency says how many tasks run at once', async () => {
  const { publish, finish, results } = await startServer(await temporaryDirectory(), '--concurrency', '3')
  await publish('split', 'for i in 0 1 2 3 4 5; do echo $i > "$CHUNKS_DIR/data_$i.bin"; done', { type: 'partitioner' })
  // Each goes on when three have begun, and says how many run.
  await publish(
    'together',
    `mkdir -p "$USER_CACHE_DIR/begun" "$USER_CACHE_DIR/now"
    touch "$USER_CACHE_DIR/begun/$CHUNK_NUMBER" "$USER_CACHE_DIR/now/$CHUNK_NUMBER"
    until [ $(ls "$USER_CACHE_DIR/begun" | wc -l) -ge 3 ]; do sleep 0.02; done
    sleep 0.05
    ls "$USER_CACHE_DIR/now" | wc -l > "$TASK_RESULTS_DIR/now"
    rm "$USER_CACHE_DIR/now/$CHUNK_NUMBER"`,
  )
  const { id, state } = await finish({ app: 'together', partitioner: 'split', dataSource: { dataSourceDescriptor: 'bypass' } })
  expect(state).toBe('JOB_STATE_COMPLETE')
  expect(Math.max(...Object.values(await results(id)).map(Number))).toBe(3)
})

test.each([0, -1, 1.5, NaN])('the concurrency %d is refused', async (concurrency) => {
  await expect(startPlatform({ concurrency })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: `The option "concurrency" is ${concurrency}; expected a whole number from 1.`,
  })
})
