import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type ClientOptions } from 'bytenite-uploader'
import { runTask, type RunTaskOptions, type TaskResult } from './run-task.js'

export interface RunPublishedOptions extends Omit<RunTaskOptions, 'archive' | 'entrypoint'>, Pick<ClientOptions, 'apiUrl' | 'credentials'> {
  /** Tag of the app: `name`, `name@MAJOR` or `name@MAJOR.MINOR`. */
  tag: string
  /** Called when the app is there, right before the task starts. */
  onStart?: (tag: string, entrypoint: string) => void
}

/** Downloads a published app, verifies its hash, and runs one task of it. */
export async function runPublished({ tag, onStart, apiUrl, credentials, ...task }: RunPublishedOptions): Promise<TaskResult> {
  const client = createClient({ apiUrl, credentials, signal: task.signal })
  const directory = await mkdtemp(join(tmpdir(), 'bytenite-download-'))
  try {
    const archive = join(directory, 'app.tar')
    const { record, verified } = await client.apps.download(tag, archive)
    const { name, version, entrypoint = '' } = record
    if (!verified) throw new Error(`The platform's record of ${tag} has no hash, so its archive cannot be verified.`)
    onStart?.(`${name}@${version}`, entrypoint)
    return await runTask({ ...task, archive, entrypoint })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
