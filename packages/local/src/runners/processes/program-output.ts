import type { ChildProcess, StdioOptions } from 'node:child_process'
import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { within } from '../../utils/within.js'

/** In the order of their numbers. */
export const STREAMS = ['stdout', 'stderr'] as const

/** The output of one program. */
export interface ProgramOutput {
  /** To start the program with. */
  stdio: StdioOptions
  /** The same by their paths, if they are named pipes: another process can start the program, too. */
  pipes?: readonly string[]
  /** Called when the program has started. @returns its output: standard output, then standard error */
  start(child: ChildProcess | undefined): readonly Readable[]
  /** Waits for the rest of the output, when nothing of the program is left, or it was not started. */
  end(): Promise<void>
}

/** Pipes as Node makes them. */
export function socketOutput(): ProgramOutput {
  let streams: readonly Readable[] = []
  return {
    stdio: ['ignore', 'pipe', 'pipe'],
    start: (child) => (streams = [child?.stdout as Readable, child?.stderr as Readable]),
    end: async () => void (await readToEnd(streams)),
  }
}

/** Milliseconds without any output, after which none is expected. */
const SILENCE = 500

/**
 * Reads streams to their end when nothing is left that writes to them. But something that cannot be ended, such as a process of
 * another user, may hold on to one: then they end with a silence.
 * @returns whether they have ended by themselves
 */
export async function readToEnd(streams: readonly Readable[]): Promise<boolean> {
  let isSilent = false
  const note = (): void => void (isSilent = false)
  for (const stream of streams) stream.on('data', note)
  const ends = Promise.all(streams.map(closed)).then(() => true)
  while (!isSilent) {
    isSilent = true
    if ((await within(ends, SILENCE)) === true) return true
    // What arrived while this process was busy is passed on before the time counts as silence.
    await nextTurn()
  }
  for (const stream of streams) stream.destroy()
  return false
}

async function closed(stream: Readable): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', resolve))
}
