import { expect, test } from 'vitest'
import { findCode } from '../helpers/code-blocks.ts'
import { slurmConfig } from '../helpers/slurm-config.ts'

/** Those with which tests notice sooner that something has died. */
const SHORTENED = /^(?:KillWait|SlurmctldTimeout|SlurmdTimeout|MessageTimeout)=/

test('the slurm.conf of the guide is the one of the tests', async () => {
  const tested = slurmConfig({ directory: '/srv/slurm', ports: [16817, 17001, 17002] }, {})
  const page = await findCode('packages/local/docs/cluster.md', 'ini', 'ClusterName')
  expect(page.split('\n')).toEqual(tested.split('\n').filter((line) => !SHORTENED.test(line)))
})
