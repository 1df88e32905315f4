import { join } from 'node:path'
import type { JobsApi } from 'bytenite-uploader'
import type { JobResult } from 'bytenite-uploader/wire-jobs'
import { downloadResults } from './results.js'
import type { Screen } from './screen.js'

/** Results whose paths are printed one by one. */
const FEW = 20

/** Downloads results to an existing directory, and prints where they are. @throws as {@link downloadResults} */
export async function saveResults(jobs: JobsApi, results: readonly JobResult[], directory: string, screen: Screen): Promise<void> {
  await downloadResults(jobs, results, directory)
  if (results.length > FEW) screen.say(`${results.length} results in ${directory}`)
  else for (const { name } of results) screen.say(join(directory, name))
}
