import { basename, join } from 'node:path'
import { afterEach, describe } from 'vitest'
import { createSlurmScheduler } from '../../packages/local/dist/runners/slurm/slurm-scheduler.js'
import { createWorkerRunner } from '../../packages/local/dist/runners/workers/worker-runner.js'
import { serveRunners } from '../helpers/remote-server.ts'
import { canRunSlurm, shareCluster } from '../helpers/slurm-cluster.ts'
import { testRunner } from '../local/runners.ts'

describe.skipIf(!canRunSlurm())('with a cluster', () => {
  const cluster = shareCluster()
  // Workers that outlive their test would wait for it, and take the place of those of the next one.
  afterEach(() => cluster().run('scancel', ['--me']))
  const servers = new Map<string, Promise<Awaited<ReturnType<typeof serveRunners>>>>()
  testRunner(
    'Slurm',
    async ({ root, concurrency }) => {
      process.env['SLURM_CONF'] = cluster().env.SLURM_CONF
      const server = servers.get(root) ?? serveRunners()
      servers.set(root, server)
      const runner = createWorkerRunner({
        directory: join(root, '..', 'workers'),
        createScheduler: (owner) => createSlurmScheduler({ owner, sbatchArguments: [] }),
        concurrency,
        onWarning: console.error,
      })
      ;(await server)(runner)
      return runner
    },
    {
      pathOf: (_, path) => `SCRATCH/attempt/${basename(path)}`,
      plain: (line) => line.replace(/\/\S*\/bytenite-\w+\//, 'SCRATCH/'),
      survivesRestart: true,
    },
  )
})
