import { join } from 'node:path'

export interface ClusterOptions {
  /** How many nodes: `node1`, `node2` and so on. @default 2 */
  nodes?: number
  /** CPUs of each node, whatever this machine has. @default 4 */
  cpus?: number
  /** Megabytes of each node. @default 4000 */
  memory?: number
  /** GPUs of each node, which exist for Slurm alone. @default 0 */
  gpus?: number
  /** Lines of slurm.conf that are added, or replace what {@link slurmConfig} has. A `PartitionName` is added. */
  config?: Record<string, string | number>
}

/** Where a cluster is to be. */
interface Place {
  directory: string
  /** That of the controller, then one for each node. */
  ports: readonly number[]
}

/** The socket by which all programs of a cluster reach munge. */
export function mungeSocket(directory: string): string {
  return join(directory, 'munge.sock')
}

export function nodeNames({ nodes = 2 }: ClusterOptions): string[] {
  return Array.from({ length: nodes }, (_, index) => `node${index + 1}`)
}

/** What Slurm takes for the devices of GPUs: devices of any kind. */
export function gpuFiles(directory: string, { gpus = 0 }: ClusterOptions): string[] {
  return Array.from({ length: gpus }, (_, index) => join(directory, `gpu${index}`))
}

/** The gres.conf of all nodes. */
export function gpuConfig(directory: string, options: ClusterOptions): string {
  return gpuFiles(directory, options)
    .map((file) => `Name=gpu File=${file}\n`)
    .join('')
}

/** A slurm.conf that needs no accounting, no cgroups and no systemd. It leaves requeueing as it is by default: on. */
export function slurmConfig({ directory, ports: [controller, ...ports] }: Place, options: ClusterOptions): string {
  const { cpus = 4, memory = 4000, gpus = 0, config = {} } = options
  const settings = {
    ClusterName: 'test',
    SlurmctldHost: 'localhost(127.0.0.1)',
    SlurmctldPort: controller,
    CommunicationParameters: 'NoInAddrAny,NoCtldInAddrAny',
    SlurmUser: 'root',
    SlurmdUser: 'root',
    AuthType: 'auth/munge',
    AuthInfo: `socket=${mungeSocket(directory)},cred_expire=10`,
    CredType: 'cred/munge',
    StateSaveLocation: join(directory, 'state'),
    SlurmdSpoolDir: join(directory, '%n'),
    SlurmctldPidFile: join(directory, 'slurmctld.pid'),
    SlurmdPidFile: join(directory, '%n.pid'),
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    JobAcctGatherType: 'jobacct_gather/none',
    AccountingStorageType: 'accounting_storage/none',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_CPU_Memory',
    SchedulerType: 'sched/backfill',
    // Starts what it can at once, so that tests do not wait for it.
    SchedulerParameters: 'batch_sched_delay=0,sched_interval=1,sched_min_interval=1,bf_interval=1,default_queue_depth=1000',
    MpiDefault: 'none',
    // A node that comes back is used again, and its CPUs need not exist.
    ReturnToService: 2,
    SlurmdParameters: 'config_overrides',
    ...(gpus > 0 && { GresTypes: 'gpu' }),
    KillWait: 2,
    SlurmctldTimeout: 30,
    // A node that has died is noticed after 4 to 10 s. With the usual 10 s for a message it would be 25 s, and each command would take 9 s
    // to say that the controller does not run.
    SlurmdTimeout: 3,
    MessageTimeout: 2,
    ...config,
  }
  const { PartitionName: partition, ...rest } = settings as typeof settings & Record<string, unknown>
  return [
    ...Object.entries(rest).map(([name, value]) => `${name}=${String(value)}`),
    ...nodeNames(options).map(
      (name, index) =>
        `NodeName=${name} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[index]} CPUs=${cpus} RealMemory=${memory}${gpus > 0 ? ` Gres=gpu:${gpus}` : ''}`,
    ),
    'PartitionName=main Nodes=ALL Default=YES DefMemPerCPU=100',
    ...(partition === undefined ? [] : [`PartitionName=${String(partition)}`]),
    '',
  ].join('\n')
}
