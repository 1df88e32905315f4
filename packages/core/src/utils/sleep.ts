import { setTimeout } from 'node:timers/promises'

/**
 * Waits for some milliseconds.
 * @throws the reason of `signal`, as soon as it aborts
 */
export async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted())
}
