import { resolve } from 'node:path'
import { UsageError } from 'bytenite-uploader/internal/command-line'
import type { SlurmPlaceOptions } from '../server/place.js'

const group = 'Options for --runner slurm'

interface SlurmOption {
  value: string
  group: string
  description: string
}

export const SLURM_OPTIONS: Record<Exclude<keyof SlurmValues, 'sbatch-args'>, SlurmOption> & {
  'sbatch-args': SlurmOption & { multiple: true }
} = {
  partition: { value: '<name>', group, description: "Partition of the cluster (default: the cluster's)" },
  account: { value: '<name>', group, description: "Account to charge (default: the user's)" },
  'sbatch-args': {
    value: '<args>',
    multiple: true,
    group,
    description: 'More parameters for sbatch, such as "--qos=low"; may be repeated',
  },
  container: {
    value: '<engine>',
    group,
    description: 'What runs the images on the nodes: podman, or none to run processes (default: none)',
  },
  bundle: { value: '<n>', group, description: 'Tasks that one element of an array runs at most (default: those that begin within 10 s)' },
  'shared-dir': { value: '<dir>', group, description: 'Directory that all nodes see, for data (default: data goes over HTTP)' },
}

interface SlurmValues {
  partition: string | undefined
  account: string | undefined
  'sbatch-args': string[] | undefined
  container: string | undefined
  bundle: string | undefined
  'shared-dir': string | undefined
}

/** @returns `undefined` if none of the options is set @throws {UsageError} */
export function readSlurmOptions(values: SlurmValues): SlurmPlaceOptions | undefined {
  const { partition, account, 'sbatch-args': sbatch, container, bundle, 'shared-dir': shared } = values
  if ([partition, account, sbatch, container, bundle, shared].every((value) => value === undefined)) return undefined
  return {
    partition,
    account,
    sbatchArguments: sbatch?.flatMap(splitWords),
    container: container as SlurmPlaceOptions['container'],
    bundle: bundle === undefined ? undefined : readCount(bundle),
    sharedDirectory: shared === undefined ? undefined : resolve(shared),
  }
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`Invalid --bundle "${text}": expected a whole number from 1.`)
}

/** The words of a text, as a shell would find them: blanks between quotes do not part them. */
function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+|["']/g) ?? []
  if (words.some((word) => word === '"' || word === "'")) throw new UsageError(`Invalid --sbatch-args: a quote is not closed in ${text}`)
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''))
}
