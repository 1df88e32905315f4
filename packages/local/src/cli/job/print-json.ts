import { plainJson } from 'bytenite-uploader/internal'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'

/** Prints a job, or several, as the platform describes them, but without a link that lets whoever sees it upload the job's file. */
export function printJson(jobs: JobRecord | readonly JobRecord[]): void {
  console.log(plainJson(JSON.parse(JSON.stringify(jobs, (name, value: unknown) => (name === 'tempUrl' ? undefined : value)))))
}
