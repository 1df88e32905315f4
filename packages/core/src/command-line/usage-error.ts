/** The command line is wrong, so nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
