import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** Bytes that are handed over at a time. */
const SLOT = 256 * 1024
const SLOTS = 4
/** Milliseconds, hundreds of times as long as a slot takes. */
const LONG = 100

/** Memory that both threads share. */
interface Ring {
  slots: readonly Uint8Array[]
  /** Bytes in each slot. 0 gives it to this thread, all else to the other one; {@link END} is the last. */
  lengths: Int32Array
}

const END = -1
/** Bytes of a SHA-256, which the other thread leaves in the first slot. */
const DIGEST = 32

/**
 * Computes a SHA-256 on a second thread: reading, encoding and sending an archive take a thread of their own. The bytes are
 * copied, so that the caller may reuse their memory at once.
 */
export class HashThread {
  readonly #ring: Ring = {
    slots: Array.from({ length: SLOTS }, () => new Uint8Array(new SharedArrayBuffer(SLOT))),
    lengths: new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)),
  }
  // Neither the flags nor the environment of this process are meant for it.
  readonly #worker = new Worker(SOURCE, { eval: true, workerData: this.#ring, execArgv: [], env: {} })
  /** Rejects with the error of the thread. */
  readonly #ended = once(this.#worker, 'exit')
  #slot = 0

  constructor() {
    // Whoever waits for the thread gets its error.
    this.#ended.catch(() => {})
  }

  /** @throws what ended the thread */
  async update(bytes: Uint8Array): Promise<void> {
    for (let position = 0; position < bytes.length; position += SLOT) {
      const part = bytes.subarray(position, position + SLOT)
      const index = await this.#nextSlot()
      this.#ring.slots[index]?.set(part)
      this.#handOver(index, part.length)
    }
  }

  /** Ends the thread. @throws what ended it before */
  async digest(): Promise<Buffer> {
    this.#handOver(await this.#nextSlot(), END)
    await this.#ended
    return Buffer.from(this.#ring.slots[0]?.subarray(0, DIGEST) ?? [])
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  /** Waits until a slot is free, which takes less than a millisecond: the event loop would cost more. */
  async #nextSlot(): Promise<number> {
    const { lengths } = this.#ring
    const index = this.#slot
    this.#slot = (index + 1) % SLOTS
    for (let length = Atomics.load(lengths, index); length !== 0; length = Atomics.load(lengths, index)) {
      const isLong = Atomics.wait(lengths, index, length, LONG) === 'timed-out'
      // Only the event loop knows whether the thread has ended.
      if (isLong) await Promise.race([this.#ended, setImmediate()])
    }
    return index
  }

  #handOver(index: number, length: number): void {
    Atomics.store(this.#ring.lengths, index, length)
    Atomics.notify(this.#ring.lengths, index)
  }
}

/** What runs on the second thread. Its text is all that gets there, so it may use nothing but its arguments. */
function hashSlots({ slots, lengths }: Ring, { createHash }: typeof import('node:crypto')): void {
  const hash = createHash('sha256')
  for (let index = 0; ; index = (index + 1) % slots.length) {
    let length: number
    while ((length = Atomics.load(lengths, index)) === 0) Atomics.wait(lengths, index, 0)
    if (length < 0) break
    hash.update((slots[index] as Uint8Array).subarray(0, length))
    Atomics.store(lengths, index, 0)
    Atomics.notify(lengths, index)
  }
  slots[0]?.set(hash.digest())
}

const SOURCE = `(${hashSlots})(require('worker_threads').workerData, require('crypto'))`
