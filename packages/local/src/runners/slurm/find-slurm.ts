import { spawnSync } from 'node:child_process'
import { RunnerError } from '../runner-error.js'

/** Milliseconds that the controller may take to answer. One that does not is no reason not to start. */
const PATIENCE = 3_000

/**
 * Checks that Slurm's commands are here, and that the cluster has a partition.
 * @throws {RunnerError}
 */
export function findSlurm(partition: string | undefined): void {
  const { error } = spawnSync('sbatch', ['--version'], { stdio: 'ignore', timeout: PATIENCE })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new RunnerError(
      "Slurm's commands (sbatch, squeue, scancel, scontrol, sinfo) are not installed. Install them and the configuration of your cluster, or choose another runner.",
    )
  }
  if (partition === undefined) return
  const { status, stdout } = spawnSync('sinfo', ['--noheader', '--format=%R'], { encoding: 'utf8', timeout: PATIENCE })
  const partitions = status === 0 ? [...new Set(stdout.split('\n').filter((name) => name !== ''))] : []
  const unknown = partition.split(',').filter((name) => !partitions.includes(name))
  if (partitions.length === 0 || unknown.length === 0) return
  throw new RunnerError(`The cluster has no partition "${unknown.join(', ')}". Its partitions: ${partitions.join(', ')}.`)
}
