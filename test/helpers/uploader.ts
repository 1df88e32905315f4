import { join } from 'node:path'
import { run, type Ending, type RunOptions } from './process.ts'
import { repository } from './project.ts'

export const uploaderBin: string = join(repository, 'packages/core/bin/bytenite-uploader.js')

/** Runs the command line to its end. What it warns of may be anything, because the caller sees it. */
export function uploader(parameters: string[], options: RunOptions): Promise<Ending> {
  return run(process.execPath, [uploaderBin, ...parameters], { warnings: /.*/, ...options })
}
