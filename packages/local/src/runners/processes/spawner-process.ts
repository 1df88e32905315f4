// The process that starts the programs of attempts; see spawner.ts.
import { spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { killGroup } from 'bytenite-uploader/internal/processes'
import type { SpawnerAnswer, SpawnRequest } from './spawner.js'

/** The groups that run. */
const groups = new Set<number>()

// What stops the platform by a signal to all of its processes leaves it to the platform to end attempts.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {})

process.on('message', start)
process.on('disconnect', () => {
  // The platform is gone, and nobody else would end them.
  for (const pid of groups) killGroup(pid)
  process.exit()
})

function start({ id, file, parameters, directory, env, outputs }: SpawnRequest): void {
  const open: number[] = []
  const openPipe = (path: string, flags: number): number => {
    const descriptor = openSync(path, flags)
    open.push(descriptor)
    return descriptor
  }
  try {
    // Should the platform be gone, opening an end for writing would wait for a reader, and forever.
    for (const output of outputs) openPipe(output, constants.O_RDONLY | constants.O_NONBLOCK)
    const pipes = outputs.map((output) => openPipe(output, constants.O_WRONLY))
    const child = spawn(file, parameters, { cwd: directory, env, stdio: ['ignore', ...pipes], detached: true })
    const { pid } = child
    child.once('error', (error) => fail(id, error))
    if (pid === undefined) return
    groups.add(pid)
    child.once('exit', (exitCode, signal) => {
      groups.delete(pid)
      answer({ id, ending: { exitCode, signal } })
    })
    answer({ id, pid })
  } catch (error) {
    fail(id, error as NodeJS.ErrnoException)
  } finally {
    for (const descriptor of open) closeSync(descriptor)
  }
}

function fail(id: number, { code, message }: NodeJS.ErrnoException): void {
  answer({ id, error: { code, message } })
}

function answer(message: SpawnerAnswer): void {
  // It cannot be sent when the platform is gone, which is told of as well.
  process.send?.(message, undefined, {}, () => {})
}
