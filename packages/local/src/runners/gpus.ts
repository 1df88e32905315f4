import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

let gpus: Promise<string[]> | undefined

/** The names of this machine's NVIDIA GPUs, as their driver's tool lists them. They are looked for once. */
export function listGpus(): Promise<string[]> {
  gpus ??= promisify(execFile)('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.split('\n').filter((name) => name !== ''),
    // Without the tool there is no driver, and so no GPU that could be used.
    () => [],
  )
  return gpus
}
