import { join } from 'node:path'
import { createClient, type ClientOptions } from 'bytenite-uploader'
import type { AppRecord } from 'bytenite-uploader/wire'
import { fieldText } from 'bytenite-uploader/internal'
import { runTask, type RunTaskOptions, type TaskResult } from './run-task.js'
import { withScratchDirectory } from './scratch-directory.js'
import { TaskError } from './task-error.js'

export interface RunPublishedOptions
  extends Omit<RunTaskOptions, 'archive' | 'entrypoint' | 'onStart'>, Pick<ClientOptions, 'apiUrl' | 'credentials'> {
  /** Tag of the app: `name`, `name@MAJOR` or `name@MAJOR.MINOR`. */
  tag: string
  /** Called when the app is there, right before the task starts. */
  onStart?: (tag: string, entrypoint: string) => void
}

/**
 * Downloads a published app, verifies its record and hash, and runs one task of it.
 * @throws {TaskError} `INVALID_RECORD`, and those of a task
 */
export async function runPublished({ tag, onStart, apiUrl, credentials, ...task }: RunPublishedOptions): Promise<TaskResult> {
  const client = createClient({ apiUrl, credentials, signal: task.signal })
  return withScratchDirectory(async (directory) => {
    const archive = join(directory, 'app.tar')
    const { record, verified } = await client.apps.download(tag, archive)
    const { name, version, entrypoint = '' } = record
    if (!hasTag(record, tag)) {
      throw new TaskError(
        'INVALID_RECORD',
        `The platform's record of ${tag} is that of ${fieldText(`${name}@${version}`)}. Check the platform's address.`,
      )
    }
    if (!verified) {
      throw new TaskError(
        'INVALID_RECORD',
        `The platform's record of ${tag} has no hash, so its archive cannot be verified. Publish the app again.`,
      )
    }
    return runTask({ ...task, archive, entrypoint, onStart: () => onStart?.(`${name}@${version}`, entrypoint) })
  })
}

function hasTag({ name, version = '' }: AppRecord, tag: string): boolean {
  const [wantedName, wantedVersion] = tag.split('@')
  return name === wantedName && (wantedVersion === undefined || version === wantedVersion || version.startsWith(`${wantedVersion}.`))
}
