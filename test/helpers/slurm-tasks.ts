import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import { expect } from 'vitest'
import type { Cluster } from './slurm-cluster.ts'
import type { SlurmPlatform } from './slurm-platform.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { waitFor } from './wait-for.ts'

/** Where tasks note, outside of the platform, that they run: whatever the platform says, that is how often each has run. */
export interface Ledger {
  file: string
  /** How often each task has begun, by its chunk. */
  runs(): Promise<number[]>
}

export async function openLedger(): Promise<Ledger> {
  const file = join(await temporaryDirectory(), 'ledger')
  await writeFile(file, '')
  return {
    file,
    async runs() {
      const counts: number[] = []
      for (const line of (await readFile(file, 'utf8')).trim().split('\n')) {
        if (line !== '') counts[Number(line)] = (counts[Number(line)] ?? 0) + 1
      }
      return Array.from(counts, (count = 0) => count)
    },
  }
}

/** A partitioner that makes so many chunks, each with its number. */
export const chunks = (count: number): string => `for i in $(seq 0 ${count - 1}); do echo $i >"$CHUNKS_DIR/data_$i.bin"; done`

/** A task that notes its start, says what it does, and takes its time. */
export const task = ({ file }: Ledger, seconds: number | string): string => `
echo "$CHUNK_NUMBER" >>"${file}"
echo "start $CHUNK_NUMBER"
sleep ${seconds}
echo "end $CHUNK_NUMBER"
cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/out.txt"`

export const JOIN_ALL = `cat "$TASK_RESULTS_DIR"/* | sort -n >"$OUTPUT_DIR/all.txt"`

/** Creates a job without a source, and runs it. */
export async function startJob(platform: SlurmPlatform, request: object): Promise<string> {
  const { id } = await platform.create({ dataSource: { dataSourceDescriptor: 'bypass' }, ...request })
  const { status, reason } = await platform.call(`POST /customer/jobs/${id}/run`)
  expect([status, reason]).toEqual([200, undefined])
  return id
}

export async function jobOf(platform: SlurmPlatform, id: string): Promise<JobRecord> {
  return ((await platform.call(`GET /customer/jobs/${id}`)).json as { job: JobRecord }).job
}

export async function tasksOf({ client: { jobs } }: SlurmPlatform, id: string): Promise<TaskRecord[]> {
  const tasks: TaskRecord[] = []
  for await (const each of jobs.tasks(id)) tasks.push(each)
  return tasks
}

/** The lines of a task's last log: what the program printed, or with `all` also what the platform says, as `LEVEL text`. */
export async function logOf({ client: { jobs } }: SlurmPlatform, id: string, chunk: number, all = false): Promise<string[]> {
  const lines: string[] = []
  for await (const { level, log } of jobs.log(id, { part: 'app', chunk })) {
    if (all) lines.push(`${level} ${log}`)
    else if (level === 'UNKNOWN') lines.push(log)
  }
  return lines
}

/** Waits until a job says what it waits for. */
export async function waitsFor(platform: SlurmPlatform, id: string, expected: RegExp, timeout = 30_000): Promise<string> {
  let last: string | undefined
  const says = async (): Promise<boolean> => expected.test((last = (await jobOf(platform, id)).waitsFor) ?? '')
  await waitFor(`the job to wait for ${String(expected)}`, says, { timeout, details: () => `It waits for: ${last}` })
  return last ?? ''
}

export const isRunning = async (ledger: Ledger, count: number): Promise<unknown> =>
  waitFor(`${count} tasks to run`, async () => (await ledger.runs()).filter((runs) => runs > 0).length >= count)

/** The workers on a node: their process ids, by their directories. */
export async function workersOn({ env }: Cluster, node: string): Promise<Map<string, number>> {
  const workers = new Map<string, number>()
  const read = (pid: string, file: string): Promise<string[]> =>
    readFile(`/proc/${pid}/${file}`, 'utf8').then(
      (text) => text.split('\0'),
      () => [],
    )
  for (const pid of await readdir('/proc')) {
    const [, program = '', directory = '', , ...others] = await read(pid, 'cmdline')
    if (!program.endsWith('/agent.mjs') || !others.includes(node)) continue
    // Nodes of other clusters have the same names.
    if ((await read(pid, 'environ')).includes(`SLURM_CONF=${env.SLURM_CONF}`)) workers.set(directory, Number(pid))
  }
  return workers
}
