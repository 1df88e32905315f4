import { setTimeout } from 'node:timers/promises'

/**
 * @param milliseconds how long
 * @throws the reason of `signal`, at once
 */
export async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted())
}
