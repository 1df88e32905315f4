import { callSlurm } from './slurm-command.js'
import type { ClusterFacts } from '../workers/scheduler.js'

const MEGABYTES = 1024

/** Slurm's own default. */
const DEFAULT_MAX_ARRAY = 1001

/** What a cluster, or a partition of it, has. @throws {SchedulerUnavailable} */
export async function readCluster(partition: string | undefined): Promise<ClusterFacts> {
  const [nodes, config] = await Promise.all([
    callSlurm('sinfo', ['--noheader', '--format=%c|%m|%G', ...(partition === undefined ? [] : [`--partition=${partition}`])]),
    callSlurm('scontrol', ['show', 'config']),
  ])
  const rows = nodes
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('|'))
  // A group of nodes that differ has the least of them, and a plus.
  const largest = (column: number): number | undefined => {
    const values = rows.map((row) => Number.parseInt(row[column] ?? '', 10)).filter((value) => value > 0)
    return values.length === 0 ? undefined : Math.max(...values)
  }
  const megabytes = largest(1)
  return {
    cpu: largest(0),
    memory: megabytes === undefined ? undefined : megabytes / MEGABYTES,
    gpu: gpusOf(rows.map(([, , resources = '']) => resources)),
    maxWorkers: Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(config)?.[1] ?? DEFAULT_MAX_ARRAY),
  }
}

/**
 * The types of GPUs in lists of generic resources, such as `gpu:tesla:2(S:0)`.
 * @returns `undefined` if some have no type, and so could be any
 */
function gpusOf(lists: readonly string[]): string[] | undefined {
  const types = new Set<string>()
  for (const resource of lists.flatMap((list) => list.replaceAll(/\([^)]*\)/g, '').split(','))) {
    const [name, type = ''] = resource.split(':')
    if (name !== 'gpu') continue
    if (type === '' || /^\d+$/.test(type)) return undefined
    types.add(type)
  }
  return [...types]
}
