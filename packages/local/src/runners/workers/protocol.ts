/**
 * What workers and the platform say to each other, below `/workers/BATCH`. A worker repeats a request until it gets an answer, so
 * each may arrive twice. 410 says that an attempt is over, and that nobody wants to hear of it any more.
 */

/** `POST claim`, with the batch's secret: a worker asks for its next attempt. The answer is a {@link ClaimedAttempt}, or 204 if there is none. */
export interface ClaimRequest {
  /** Random, of this worker. */
  worker: string
  /** Random, of this claim. */
  claim: string
  /** The worker's ID, as the scheduler knows it. */
  id: string
  node: string
  /** Absolute path of a directory on the node that only this worker has. */
  scratch: string
}

/** `POST bye`, with the batch's secret: a worker ends. */
export interface ByeRequest {
  worker: string
}

/** Paths are absolute, and on the node. */
export interface ClaimedAttempt {
  index: number
  /** Of this attempt, for the requests below. */
  token: string
  /** Where `GET code`, an archive, is to be unpacked; once by each worker. `undefined` if the node has it. */
  codeDirectory?: string
  /** Where `GET INDEX/input`, an archive, is to be unpacked; removed after the attempt. `undefined` if the node has it. */
  directory?: string
  /** To be created before. */
  directories: readonly string[]
  /** Names of directories in `directory` to send when the attempt has succeeded. */
  outputs: readonly string[]
  run: ProcessRun | ContainerRun
  /** Milliseconds; 0 for no limit. */
  timeout: number
}

export interface ProcessRun {
  type: 'process'
  command: readonly [string, ...string[]]
  directory: string
  /** Besides `PATH`. */
  variables: Readonly<Record<string, string>>
}

export interface ContainerRun {
  type: 'container'
  name: string
  /** As the manifest has it, and as it stands among the parameters. */
  image: string
  /** With its registry. */
  fullName: string
  pull: 'missing' | 'never' | 'always'
  /** Content of a file with the login of a registry. */
  login: string | undefined
  /** Parameters of podman, from `create`. */
  parameters: readonly string[]
  /** Variables for podman itself, which passes them on. */
  variables: Readonly<Record<string, string>>
  /** Where the file with all other variables is to be, and its content. */
  variablesFile: { path: string; content: string }
}

/** `POST INDEX/report`, with the attempt's token: what has happened since the last one. */
export interface ReportRequest {
  /** From 1. A report with the number of the last one is that one again. */
  number: number
  /** Whether the program runs, or has run. */
  isStarted: boolean
  output: readonly OutputPiece[]
}

export interface OutputPiece {
  stream: 'stdout' | 'stderr'
  /** In base64. */
  bytes: string
}

export interface ReportResponse {
  /** Milliseconds after which the next report is expected at the latest. */
  next: number
}

/** `POST INDEX/end?ending=JSON`, with the attempt's token and, if it succeeded, an archive of its outputs: the attempt is over. */
export type ReportedEnding =
  | { type: 'exited'; exitCode: number | null; signal: string | null }
  | { type: 'timed out' }
  | { type: 'unstartable'; reason: string }
  | { type: 'lost'; reason: string }
