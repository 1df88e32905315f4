import type { Runner } from '../../runners/runner.js'
import type { Store } from '../../store/store.js'
import type { FindSecret } from './environment.js'
import type { JobLimits } from '../limits.js'
import type { UnpackedCode } from './unpacked-code.js'

/** What all jobs of a platform share. Directories are absolute paths without links, on one file system. */
export interface Services {
  store: Store
  runner: Runner
  code: UnpackedCode
  findSecret: FindSecret
  limits: JobLimits
  /** Has the directories of the attempts that run. */
  work: string
  /** Has what is being written. */
  staging: string
  userCache: string
  sharedCache: string
  onWarning: (message: string) => void
}
