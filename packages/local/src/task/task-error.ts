import { plainText } from 'bytenite-uploader/internal/plain-text'

/**
 * - `NO_INTERPRETER`: the program that the entrypoint needs is unknown, or not installed
 * - `RESULTS_NOT_WRITTEN`: the task ended, but not all of its results could be written
 */
type TaskErrorCode = 'NO_INTERPRETER' | 'RESULTS_NOT_WRITTEN'

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
