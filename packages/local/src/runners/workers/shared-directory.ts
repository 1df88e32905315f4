import { cp, mkdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { removeTree } from '../../utils/remove-tree.js'
import type { Batch, Workspace } from '../runner.js'
import { outputsOf } from './describe-attempt.js'

/** Where one attempt finds its data. Absolute paths, the same on all nodes. */
export interface SharedPlace {
  code: string
  directory: string
}

/** A directory that all nodes see under the same path: what attempts read and write is there, and does not go over HTTP. */
export class SharedDirectory {
  readonly #directory: string
  readonly #codes = new Map<string, Promise<string>>()

  /** @param directory an absolute path, that no other platform has */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** Puts the code and what an attempt starts with there, in place of what may be there. */
  async open({ id, code }: Batch, index: number, { directories }: Workspace): Promise<SharedPlace> {
    const directory = this.#attempt(id, index)
    await removeTree(directory)
    for (const { path, content } of Object.values(directories)) {
      const target = join(directory, basename(path))
      if (content === 'input') await cp(path, target, { recursive: true })
      else if (content === 'output') await mkdir(target, { recursive: true, mode: 0o700 })
    }
    return { code: await this.#code(id, code.directory), directory }
  }

  /** Copies what an attempt has left there to its workspace. */
  async collect({ id }: Batch, index: number, workspace: Workspace): Promise<void> {
    for (const { path } of outputsOf(workspace)) {
      await removeTree(path)
      await cp(join(this.#attempt(id, index), basename(path)), path, { recursive: true, verbatimSymlinks: true })
    }
  }

  async remove({ id }: Batch, index: number): Promise<void> {
    await removeTree(this.#attempt(id, index))
  }

  async purge(batchId: string): Promise<void> {
    this.#codes.delete(batchId)
    await removeTree(join(this.#directory, batchId))
  }

  #attempt(batchId: string, index: number): string {
    return join(this.#directory, batchId, String(index))
  }

  #code(batchId: string, from: string): Promise<string> {
    const known = this.#codes.get(batchId)
    if (known !== undefined) return known
    const copying = this.#copyCode(from, join(this.#directory, batchId, 'code'))
    this.#codes.set(batchId, copying)
    // The next attempt tries again.
    copying.catch(() => this.#codes.delete(batchId))
    return copying
  }

  async #copyCode(from: string, to: string): Promise<string> {
    const temporary = `${to}.tmp`
    await removeTree(temporary)
    await mkdir(temporary, { recursive: true, mode: 0o700 })
    await cp(from, temporary, { recursive: true })
    await removeTree(to)
    await rename(temporary, to)
    return to
  }
}
