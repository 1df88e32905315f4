import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { onTestFinished, outliveTest } from './current-test.ts'
import { freePorts } from './free-ports.ts'
import { run, startProgram, type Program } from './process.ts'
import { gpuConfig, gpuFiles, mungeSocket, nodeNames, slurmConfig, type ClusterOptions } from './slurm-config.ts'
import { createNode, NAMESPACE, type Node } from './slurm-node.ts'
import { makeTemporaryDirectory, remove } from './temporary-directory.ts'
import { waitFor } from './wait-for.ts'

/** A Slurm cluster whose nodes are all this machine. */
export interface Cluster {
  /** What Slurm's commands need in order to find it. */
  readonly env: { readonly SLURM_CONF: string }
  /** Where all of it is. */
  readonly directory: string
  /** Runs one of Slurm's commands, which must succeed; returns its standard output. */
  run(command: string, parameters: string[]): Promise<string>
  /**
   * Kills a node.
   * @param what `daemons`: slurmd and those that watch over tasks, while the tasks run on. `everything`: the tasks too, as if the machine
   *   had lost its power.
   */
  killNode(name: string, what: 'daemons' | 'everything'): Promise<void>
  /** Starts a node that was killed, and waits until the controller would use it. */
  startNode(name: string): Promise<void>
  stopController(signal: NodeJS.Signals): Promise<void>
  /** Starts the controller again. For some seconds it knows nothing of the nodes: {@link startNode} waits for that. */
  startController(): Promise<void>
}

/** Whether a cluster can run here. If not, the reason is said in one line. */
export function canRunSlurm(): boolean {
  const reason = whyNot()
  if (reason !== undefined) console.info(`Tests with Slurm are skipped: ${reason}`)
  return reason === undefined
}

function whyNot(): string | undefined {
  const missing = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'unshare'].filter(
    (program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0,
  )
  if (missing.length > 0) return `${missing.join(', ')} not installed`
  if (process.getuid?.() !== 0) return 'only root can run its daemons'
  const { status, stderr } = spawnSync('unshare', [...NAMESPACE, 'true'], { encoding: 'utf8' })
  return status === 0 ? undefined : stderr.trim()
}

/** Starts a cluster, which ends with the test. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const endings: Ending[] = []
  onTestFinished(() => endAll(endings))
  return openCluster(options, endings)
}

/** Has a cluster for all tests of a group. To be called outside of them; what is returned is for them. */
export function shareCluster(options: ClusterOptions = {}): () => Cluster {
  let cluster: Cluster | undefined
  const endings: Ending[] = []
  beforeAll(async () => void (cluster = await openCluster(options, endings)))
  afterAll(() => endAll(endings))
  return () => {
    if (cluster === undefined) throw new Error('The cluster runs only during the tests.')
    return cluster
  }
}

export type Ending = () => Promise<void>

/** Ends what was started, the last thing first. */
export async function endAll(endings: Ending[]): Promise<void> {
  const errors: unknown[] = []
  for (const end of endings.toReversed()) await end().catch((error: unknown) => errors.push(error))
  if (errors.length > 0) throw errors[0]
}

/**
 * Starts a cluster outside of tests.
 * @param endings gets what ends the cluster, also if it does not come up
 */
export async function openCluster(options: ClusterOptions, endings: Ending[]): Promise<Cluster> {
  const directory = await makeTemporaryDirectory('slurm')
  endings.push(() => remove(directory))
  const names = nodeNames(options)
  await prepare(directory, names, options)
  const env = { SLURM_CONF: join(directory, 'slurm.conf') }
  const context = { cwd: directory, env, stdin: 'ignore' } as const

  const startDaemon = (command: string, parameters: string[]): Program => {
    const daemon = outliveTest(() => startProgram(command, parameters, context))
    endings.push(() => endDaemon(daemon, 'SIGKILL'))
    return daemon
  }
  const munge = startDaemon('munged', [
    '--foreground',
    `--key-file=${join(directory, 'munge.key')}`,
    `--socket=${mungeSocket(directory)}`,
    ...['pid', 'seed'].map((kind) => `--${kind}-file=${join(directory, `munge.${kind}`)}`),
  ])
  await waitFor('munge', () => existsSync(mungeSocket(directory)), { details: () => munge.output() })

  const call: Cluster['run'] = async (command, parameters) => {
    const { exitCode, stdout, stderr } = await run(command, parameters, context)
    if (exitCode !== 0) throw new Error(`${command} ${parameters.join(' ')} failed (${exitCode}): ${stderr}`)
    return stdout
  }
  const nodes = new Map<string, Node>()
  let controller: Program | undefined
  const waitUntilUsable = (name: string): Promise<unknown> =>
    waitFor(
      `${name} to be usable`,
      async () => USABLE.test(await call('sinfo', ['-h', '-p', 'main', '-n', name, '-o', '%T']).catch(String)),
      { details: () => controller?.output() ?? '' },
    )
  const cluster: Cluster = {
    env,
    directory,
    run: call,
    async killNode(name, what) {
      const node = nodes.get(name)
      if (node === undefined) throw new Error(`There is no ${name}.`)
      await (what === 'daemons' ? node.killDaemons() : node.kill())
    },
    async startNode(name) {
      const node = outliveTest(() => createNode(name, context))
      endings.push(() => node.kill())
      nodes.set(name, node)
      await node.isUp()
      await waitUntilUsable(name)
    },
    async stopController(signal) {
      if (controller !== undefined) await endDaemon(controller, signal)
    },
    async startController() {
      controller = startDaemon('slurmctld', ['-D'])
      await controller.waitForOutput('Running as primary controller')
    },
  }
  await cluster.startController()
  await Promise.all(names.map((name) => cluster.startNode(name)))
  return cluster
}

/** States of nodes that get tasks, now or later. One that does not answer has an asterisk. */
const USABLE = /^(?:idle|mixed|allocated|completing)\n$/

async function prepare(directory: string, names: string[], options: ClusterOptions): Promise<void> {
  const ports = await freePorts(1 + names.length)
  // Everybody has to reach the socket of munge.
  await chmod(directory, 0o755)
  await Promise.all(['state', ...names].map((name) => mkdir(join(directory, name))))
  await writeFile(join(directory, 'munge.key'), randomBytes(64), { mode: 0o400 })
  // As /dev/null.
  for (const file of gpuFiles(directory, options)) execFileSync('mknod', [file, 'c', '1', '3'])
  await writeFile(join(directory, 'gres.conf'), gpuConfig(directory, options))
  await writeFile(join(directory, 'slurm.conf'), slurmConfig({ directory, ports }, options))
}

async function endDaemon(daemon: Program, signal: NodeJS.Signals): Promise<void> {
  daemon.kill(signal)
  await daemon.end()
}
