import { plainText } from 'bytenite-uploader/internal/plain-text'

/**
 * - `INVALID_RECORD`: the platform's record is that of another app, or has no hash to verify the archive with
 * - `INVALID_ENTRYPOINT`: the entrypoint is not a file of the archive
 * - `NO_INTERPRETER`: the program that the entrypoint needs is unknown, or not installed
 * - `NOT_EXECUTABLE`: the system may not execute the entrypoint
 * - `TIMEOUT`: the task exceeded its time limit, and was stopped
 * - `RESULTS_NOT_WRITTEN`: the task ended, but not all of its results could be written
 */
export type TaskErrorCode =
  'INVALID_RECORD' | 'INVALID_ENTRYPOINT' | 'NO_INTERPRETER' | 'NOT_EXECUTABLE' | 'TIMEOUT' | 'RESULTS_NOT_WRITTEN'

/**
 * A task that could not be run to its end. One that ends by itself, with whatever exit code, is not an error. The message is
 * one line, and safe to print.
 */
export class TaskError extends Error {
  override readonly name = 'TaskError'
  readonly code: TaskErrorCode

  constructor(code: TaskErrorCode, message: string, options?: ErrorOptions) {
    super(plainText(message), options)
    this.code = code
  }
}
