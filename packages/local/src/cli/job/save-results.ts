import { join } from 'node:path'
import type { JobResult } from 'bytenite-uploader/wire-jobs'
import type { Screen } from './screen.js'

/** Results whose paths are printed one by one. */
const FEW = 20

/** Prints where the results of a job are. */
export function sayResults(results: readonly JobResult[], directory: string, screen: Screen): void {
  if (results.length > FEW) screen.say(`${results.length} results in ${directory}`)
  else for (const { name } of results) screen.say(join(directory, name))
}
