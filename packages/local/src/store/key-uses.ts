import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { writeFileAtomically } from '../utils/atomic-write.js'

/** Milliseconds. A use is written only if the last one that was is older, so that not every request writes. */
const PRECISION = 60_000

const Uses = v.record(v.string(), v.string())

/** When keys were last used, by their IDs, as RFC 3339 times. */
export type KeyUses = Readonly<Record<string, string>>

export function readKeyUses(directory: string): KeyUses {
  try {
    return v.parse(Uses, JSON.parse(readFileSync(usesFile(directory), 'utf8')))
  } catch {
    // Either no key was used, or the file is damaged. It is only there for people, and is written again.
    return {}
  }
}

/** Keeps the times of the last uses, to the minute. Only for a platform that has locked the directory. */
export class KeyUseRecorder {
  readonly #directory: string
  readonly #uses: Map<string, string>

  constructor(directory: string) {
    this.#directory = directory
    this.#uses = new Map(Object.entries(readKeyUses(directory)))
  }

  /** @param keys the IDs of all keys; what is kept of others is dropped */
  record(id: string, keys: readonly string[]): void {
    const last = this.#uses.get(id)
    if (last !== undefined && Date.now() - Date.parse(last) < PRECISION) return
    this.#uses.set(id, new Date().toISOString())
    for (const known of this.#uses.keys()) if (!keys.includes(known)) this.#uses.delete(known)
    writeFileAtomically(usesFile(this.#directory), `${JSON.stringify(Object.fromEntries(this.#uses), null, 2)}\n`)
  }
}

function usesFile(directory: string): string {
  return join(directory, 'key-uses.json')
}
