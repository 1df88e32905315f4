import { spawnSync } from 'node:child_process'
import { Engine, type EngineFacts } from './engine.js'
import { explainFailure } from './engine-error.js'
import { RunnerError } from '../runner-error.js'

/** Milliseconds that an engine may take to answer. */
const PATIENCE = 20_000
const GIGABYTE = 2 ** 30

/** What `podman info` and `docker info` tell, of which we read this. */
interface PodmanInfo {
  host: { cpus: number; memTotal: number }
}
interface DockerInfo {
  NCPU: number
  MemTotal: number
  SecurityOptions?: string[]
  ServerErrors?: string[]
}

/**
 * The container engine of this machine: podman, or else docker.
 * @throws {RunnerError} if neither is there, or answers
 */
export function findEngine(): Engine {
  const reasons: string[] = []
  for (const [name, read] of [['podman', readPodman] as const, ['docker', readDocker] as const]) {
    try {
      return new Engine({ name, ...read(askForInfo(name)) })
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message}`)
    }
  }
  throw new RunnerError(
    `There is no container engine to run tasks with (${reasons.join('; ')}). ` +
      'Install podman, or install and start Docker; or run tasks as processes (--runner process).',
  )
}

function askForInfo(name: string): string {
  const { status, stdout, stderr, error } = spawnSync(name, ['info', '--format', '{{json .}}'], {
    encoding: 'utf8',
    timeout: PATIENCE,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case undefined:
      break
    case 'ENOENT':
      throw new Error('not installed')
    case 'ETIMEDOUT':
      throw new Error(`no answer within ${PATIENCE / 1000} s`)
    default:
      throw error as Error
  }
  if (status !== 0) throw new Error(explainFailure(stderr) || `"${name} info" failed with code ${status}`)
  return stdout
}

function readPodman(info: string): Omit<EngineFacts, 'name'> {
  const { host } = JSON.parse(info) as PodmanInfo
  // Without root, the user in the container who stands for this process's user is root, too.
  return { cpu: host.cpus, memory: host.memTotal / GIGABYTE, user: '0:0' }
}

function readDocker(info: string): Omit<EngineFacts, 'name'> {
  const { NCPU, MemTotal, SecurityOptions = [], ServerErrors = [] } = JSON.parse(info) as DockerInfo
  const [failure] = ServerErrors
  if (failure !== undefined) throw new Error(explainFailure(failure))
  const isRootless = SecurityOptions.some((option) => option.includes('rootless'))
  const user = isRootless ? '0:0' : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
  return { cpu: NCPU, memory: MemTotal / GIGABYTE, user }
}
