import { describe } from 'vitest'
import { innerPath } from '../../packages/local/dist/runners/containers/container-arguments.js'
import { createContainerRunner } from '../../packages/local/dist/runners/containers/container-runner.js'
import { findEngine } from '../../packages/local/dist/runners/containers/find-engine.js'
import { IMAGE, openPodman } from '../helpers/podman.ts'
import { testRunner } from '../local/runners.ts'

const podman = await openPodman()

describe.skipIf(podman === undefined)('with podman', () => {
  testRunner('containers', (setup) => createContainerRunner({ ...setup, engine: findEngine(), onWarning: console.error }), {
    image: IMAGE,
    pathOf: innerPath,
    ownVariables: /^(?:HOME|HOSTNAME|TERM|container)=/,
  })
})
