/** A place that refuses to run something. The message says why, for people. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError'
}
