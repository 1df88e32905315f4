import type { WorkerGroup } from '../workers/scheduler.js'

export interface SbatchOptions {
  name: string
  count: number
  partition?: string | undefined
  account?: string | undefined
  /** More parameters, which win over those before. */
  sbatchArguments: readonly string[]
  /** Types of the cluster's GPUs; `undefined` if they have none. */
  gpus: readonly string[] | undefined
}

/** Megabytes in a gigabyte, as Slurm counts. */
const MEGABYTES = 1024

/** The parameters for an array of workers, whose script comes on the standard input. */
export function sbatchArguments({ cpu, memory, gpu, minutes }: WorkerGroup, options: SbatchOptions): string[] {
  const { name, count, partition, account, gpus, sbatchArguments: more } = options
  return [
    '--parsable',
    // The platform tries again what Slurm has lost: only the platform knows what was done already.
    '--no-requeue',
    `--job-name=${name}`,
    `--array=0-${count - 1}`,
    '--nodes=1',
    '--ntasks=1',
    '--chdir=/tmp',
    // What tasks print goes to the platform.
    '--output=/dev/null',
    '--error=/dev/null',
    ...(cpu === undefined ? [] : [`--cpus-per-task=${Math.max(1, Math.ceil(cpu))}`]),
    ...(memory === undefined ? [] : [`--mem=${Math.max(1, Math.floor(memory * MEGABYTES))}M`]),
    ...(gpu.length === 0 ? [] : [`--gres=${gpuOf(gpu, gpus)}`]),
    ...(minutes === undefined ? [] : [`--time=${minutes}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...more,
  ]
}

/** @param wanted in the order of preference */
function gpuOf(wanted: readonly string[], types: readonly string[] | undefined): string {
  if (types === undefined) return 'gpu:1'
  const there = new Map(types.map((type) => [type.toLowerCase(), type]))
  const [found] = wanted.flatMap((name) => there.get(name.toLowerCase()) ?? [])
  return `gpu:${found === undefined ? '' : `${found}:`}1`
}

/** Parameters that the platform needs for itself, or that would break what it relies on. */
const RESERVED = /^(?:--(?:array|job-name|requeue|no-requeue|parsable|wrap|wait|test-only|dependency|input|ntasks|nodes)(?:=|$)|-[aJWdinN])/

/** @returns why some of them cannot be used; `undefined` if they can */
export function checkSbatchArguments(parameters: readonly string[]): string | undefined {
  const reserved = parameters.find((parameter) => RESERVED.test(parameter))
  if (reserved !== undefined) return `The parameter ${reserved} for sbatch is the platform's own, and cannot be set.`
  // A word alone would be taken for a script, unless it is the value of an option.
  const [first] = parameters
  return first === undefined || first.startsWith('-') ? undefined : `Parameters for sbatch begin with "-", unlike "${first}".`
}
