/** Why a job cannot complete. The message is a sentence for the job's `errorMessage`. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure'
}
