// Preloaded into the platform: on SIGUSR2, it writes into a file what memory it has once the garbage is gone.

import { renameSync, writeFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'

const file = process.env['BENCH_MEMORY_FILE'] ?? ''

process.on('SIGUSR2', async () => {
  // What is held weakly goes in a later turn.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await nextTurn()
  }
  writeFileSync(`${file}.tmp`, JSON.stringify(process.memoryUsage()))
  renameSync(`${file}.tmp`, file)
})
