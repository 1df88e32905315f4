import type { Code, Workspace } from '../../runners/runner.js'
import type { AcceptedFiles } from '../files/accept-files.js'
import type { Attempt } from './attempt.js'
import type { Part } from '../kept/stored-job.js'

/** How one part of a job runs: what is the same for each of its attempts. */
export interface Plan {
  part: Part
  code: Code
  /** Milliseconds that an attempt may take; `undefined` for no limit. */
  timeout: number | undefined
  /** Lines for the log of each attempt. */
  notes: readonly string[]
  /** Where the attempt works. Nothing of it is created. */
  workspace(attempt: Attempt): Workspace
  /** Puts what the attempt starts with into its directories, which are there and empty. */
  fill(attempt: Attempt): Promise<void>
  /**
   * Moves what a successful attempt wrote to its place.
   * @throws {JobFailure} if it cannot be kept
   */
  accept(attempt: Attempt): Promise<AcceptedFiles>
}
