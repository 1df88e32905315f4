import { randomInt } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { onTestFinished } from './current-test.ts'
import { waitFor } from './wait-for.ts'

/** A number of seconds for `sleep` that no other process has as a parameter. Those that still have it after the test are killed. */
export function uniqueSeconds(): string {
  const seconds = `${randomInt(100_000, 999_999)}.${randomInt(100_000, 999_999)}`
  onTestFinished(async () => {
    for (const id of await processesWith(seconds)) process.kill(id, 'SIGKILL')
  })
  return seconds
}

/** The ids of the running processes that have this very parameter. */
export async function processesWith(parameter: string): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commandLines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return ids.filter((_, index) => commandLines[index]?.split('\0').includes(parameter)).map(Number)
}

/** Waits until so many processes with this parameter run. */
export async function waitForProcesses(parameter: string, count: number): Promise<number[]> {
  let found: number[] = []
  const isReached = async (): Promise<boolean> => {
    found = await processesWith(parameter)
    return found.length === count
  }
  await waitFor(`${count} processes with ${parameter}`, isReached, { details: () => `There are: ${found.join(', ')}` })
  return found
}
