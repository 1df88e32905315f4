import { createContainerRunner } from '../runners/containers/container-runner.js'
import { findEngine } from '../runners/containers/find-engine.js'
import { createProcessRunner } from '../runners/processes/process-runner.js'
import { RunnerError } from '../runners/runner-error.js'
import type { Runner } from '../runners/runner.js'
import { ConfigurationError } from './configuration.js'

/** Where tasks, partitioners and assemblers run. */
export interface PlaceOptions {
  /**
   * `process`: as processes of this user, which are no sandbox. `container`: in the images that the manifests name, with podman or
   * else Docker.
   * @default 'process'
   */
  runner?: 'process' | 'container' | undefined
  /** Which images are fetched: those that are not on this machine, none, or all of them, for each part of a job. @default 'missing' */
  pull?: 'missing' | 'never' | 'always' | undefined
}

interface RunnerOptions {
  /** Absolute path of the directory that has those of all attempts. */
  root: string
  concurrency: number | undefined
  onWarning: (message: string) => void
}

const RUNNERS: ReadonlySet<unknown> = new Set(['process', 'container'])
const PULL_POLICIES: ReadonlySet<unknown> = new Set(['missing', 'never', 'always'])

/**
 * Checks that tasks can run where the options say.
 * @returns what opens the place
 * @throws {ConfigurationError} `INVALID_OPTION` or `NO_CONTAINER_ENGINE`
 */
export function resolvePlace({ runner = 'process', pull }: PlaceOptions): (options: RunnerOptions) => Runner {
  if (!RUNNERS.has(runner)) throw invalid(`Unknown runner "${runner}": expected process or container.`)
  if (pull !== undefined && !PULL_POLICIES.has(pull)) {
    throw invalid(`Unknown policy "${pull}" for pulling images: expected missing, never or always.`)
  }
  if (runner === 'process') {
    if (pull !== undefined) throw invalid(`Processes need no images, so there is nothing to pull (${pull}). Choose the runner "container".`)
    return createProcessRunner
  }
  const engine = requireEngine()
  return (options) => createContainerRunner({ ...options, engine, pull })
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('INVALID_OPTION', message)
}

function requireEngine(): ReturnType<typeof findEngine> {
  try {
    return findEngine()
  } catch (error) {
    if (error instanceof RunnerError) throw new ConfigurationError('NO_CONTAINER_ENGINE', error.message, { cause: error })
    throw error
  }
}
