import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { createContainerRunner } from '../runners/containers/container-runner.js'
import { findEngine } from '../runners/containers/find-engine.js'
import type { PullPolicy } from '../runners/containers/images.js'
import { createProcessRunner } from '../runners/processes/process-runner.js'
import { RunnerError } from '../runners/runner-error.js'
import type { Runner } from '../runners/runner.js'
import { findSlurm } from '../runners/slurm/find-slurm.js'
import { checkSbatchArguments } from '../runners/slurm/sbatch-arguments.js'
import { createSlurmScheduler } from '../runners/slurm/slurm-scheduler.js'
import { createWorkerRunner } from '../runners/workers/worker-runner.js'
import { checkPositive, ConfigurationError } from './configuration.js'

/** Where tasks, partitioners and assemblers run. */
export interface PlaceOptions {
  /**
   * `process`: as processes of this user, which are no sandbox. `container`: in the images that the manifests name, with podman or
   * else Docker. `slurm`: on the machines of a Slurm cluster, as elements of job arrays of this user.
   * @default 'process'
   */
  runner?: 'process' | 'container' | 'slurm' | undefined
  /** Which images are fetched: those that are not on the machine, none, or all of them, for each part of a job. @default 'missing' */
  pull?: PullPolicy | undefined
  /** What only the runner `slurm` knows. */
  slurm?: SlurmPlaceOptions | undefined
}

export interface SlurmPlaceOptions {
  /** @default the cluster's */
  partition?: string | undefined
  /** @default the user's */
  account?: string | undefined
  /** More parameters for `sbatch`, such as `--qos=low`. */
  sbatchArguments?: readonly string[] | undefined
  /** `podman`: in the images that the manifests name, if the nodes have podman. `none`: as processes of this user. @default 'none' */
  container?: 'podman' | 'none' | undefined
  /** Tasks that one element of an array runs one after the other, at most. @default as many as begin within ten seconds */
  bundle?: number | undefined
  /** Absolute path of a directory that all nodes see under the same path: data goes through it. @default data goes over HTTP */
  sharedDirectory?: string | undefined
}

interface RunnerOptions {
  /** Absolute path of the directory that has those of all attempts. */
  root: string
  /** Absolute path of a directory for what a place keeps on disk itself. */
  state: string
  concurrency: number | undefined
  onWarning: (message: string) => void
}

const RUNNERS: ReadonlySet<unknown> = new Set(['process', 'container', 'slurm'])
const PULL_POLICIES: ReadonlySet<unknown> = new Set(['missing', 'never', 'always'])
const NODE_CONTAINERS: ReadonlySet<unknown> = new Set(['podman', 'none'])

/**
 * Checks that tasks can run where the options say.
 * @returns what opens the place
 * @throws {ConfigurationError} `INVALID_OPTION`, `NO_CONTAINER_ENGINE` or `NO_SLURM`
 */
export function resolvePlace({ runner = 'process', pull, slurm }: PlaceOptions): (options: RunnerOptions) => Runner {
  if (!RUNNERS.has(runner)) throw invalid(`Unknown runner "${runner}": expected process, container or slurm.`)
  if (pull !== undefined && !PULL_POLICIES.has(pull)) {
    throw invalid(`Unknown policy "${pull}" for pulling images: expected missing, never or always.`)
  }
  if (slurm !== undefined && runner !== 'slurm') throw invalid(`Options for Slurm are of no use to the runner "${runner}". Choose "slurm".`)
  if (runner === 'slurm') return resolveSlurm(slurm ?? {}, pull)
  if (runner === 'process') {
    if (pull !== undefined) throw invalid(`Processes need no images, so there is nothing to pull (${pull}). Choose the runner "container".`)
    return createProcessRunner
  }
  const engine = available('NO_CONTAINER_ENGINE', findEngine)
  return (options) => createContainerRunner({ ...options, engine, pull })
}

function resolveSlurm(options: SlurmPlaceOptions, pull: PullPolicy | undefined): (options: RunnerOptions) => Runner {
  const { partition, account, sbatchArguments = [], container = 'none', bundle, sharedDirectory } = options
  if (!NODE_CONTAINERS.has(container)) throw invalid(`Unknown container "${container}" for Slurm: expected podman or none.`)
  if (pull !== undefined && container === 'none') {
    throw invalid(`Processes need no images, so there is nothing to pull (${pull}). Choose the container "podman".`)
  }
  checkPositive('bundle', bundle)
  const refused = checkSbatchArguments(sbatchArguments)
  if (refused !== undefined) throw invalid(refused)
  if (sharedDirectory !== undefined && !(isAbsolute(sharedDirectory) && isDirectory(sharedDirectory))) {
    throw invalid(`The shared directory ${sharedDirectory} is not an absolute path of a directory that is there.`)
  }
  available('NO_SLURM', () => findSlurm(partition))
  return ({ state: directory, concurrency, onWarning }) =>
    createWorkerRunner({
      directory,
      createScheduler: (owner) => createSlurmScheduler({ owner, partition, account, sbatchArguments }),
      concurrency,
      bundle,
      container: container === 'podman' ? { pull: pull ?? 'missing' } : undefined,
      sharedDirectory,
      onWarning,
    })
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('INVALID_OPTION', message)
}

function available<Found>(code: 'NO_CONTAINER_ENGINE' | 'NO_SLURM', find: () => Found): Found {
  try {
    return find()
  } catch (error) {
    if (error instanceof RunnerError) throw new ConfigurationError(code, error.message, { cause: error })
    throw error
  }
}
