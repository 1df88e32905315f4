import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planGarbage, type GarbageFacts } from '../../packages/local/dist/jobs/garbage.js'
import { findFacts, openPremises, removeGarbage } from '../../packages/local/dist/jobs/collect-garbage.js'
import { Store } from '../../packages/local/dist/store/store.js'
import { onTestFinished } from '../helpers/current-test.ts'
import { openJobPlatform } from '../helpers/job-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const DAY = 86_400_000
const now = Date.parse('2030-01-31T00:00:00Z')

/** Jobs that ended so many days ago, of these sizes, and revisions of one app that they need. */
const facts: GarbageFacts = {
  ended: [
    { id: 'new', name: '', endedAt: '2030-01-30T00:00:00Z', size: 10 },
    { id: 'old', name: '', endedAt: '2030-01-01T00:00:00Z', size: 30 },
    { id: 'middle', name: '', endedAt: '2030-01-20T00:00:00Z', size: 20 },
  ],
  revisions: [
    { kind: 'apps', tag: 'a@1.0', number: 1, hash: 'A' },
    { kind: 'apps', tag: 'a@1.0', number: 2, hash: 'B' },
    { kind: 'apps', tag: 'a@1.0', number: 3, hash: 'A' },
    { kind: 'engines', tag: 'a@1.0', number: 2, hash: 'C' },
  ],
  needs: new Map([
    ['new', []],
    ['running', ['apps/a@1.0/3']],
    ['old', ['apps/a@1.0/2']],
  ]),
  archives: new Map([
    ['A', 1],
    ['B', 2],
    ['C', 4],
  ]),
  current: new Set(['D']),
  code: new Map([
    ['A', 100],
    ['B', 200],
    ['C', 400],
    ['D', 800],
  ]),
}

test.each([
  [{}, [], ['apps 1', 'engines 2'], ['C'], 404],
  [{ maxAge: 40 * DAY, maxSize: 60 }, [], ['apps 1', 'engines 2'], ['C'], 404],
  [{ maxAge: 20 * DAY }, ['old'], ['apps 1', 'apps 2', 'engines 2'], ['B', 'C'], 636],
  [{ maxSize: 10 }, ['old', 'middle'], ['apps 1', 'apps 2', 'engines 2'], ['B', 'C'], 656],
  [{ maxAge: 0 }, ['old', 'middle', 'new'], ['apps 1', 'apps 2', 'engines 2'], ['B', 'C'], 666],
])('with the rules %j, what nobody needs is garbage', (rules, jobs, revisions, code, size) => {
  const garbage = planGarbage(facts, rules, now)
  expect(garbage.jobs.map(({ id }) => id)).toEqual(jobs)
  expect(garbage.revisions.map(({ kind, number }) => `${kind} ${number}`)).toEqual(revisions)
  expect(garbage).toMatchObject({ code, size })
})

test('what is found is removed, and nothing else', async () => {
  const directory = await temporaryDirectory()
  const { publish, finish, start, jobs, store, warnings } = openJobPlatform({ directory })
  await publish('app', { code: 'echo 1 > "$TASK_RESULTS_DIR/x"' })
  const first = await finish({ app: 'app' })
  await publish('app', { code: 'echo 2 > "$TASK_RESULTS_DIR/x"' })
  await publish('app', { code: 'sleep 1000' })
  const running = await start({ app: 'app' })
  await publish('app', { code: 'echo 4 > "$TASK_RESULTS_DIR/x"' })
  const draft = await jobs.create({ app: 'app' })
  const archives = (): Promise<string[]> => readdir(join(directory, 'archives'))
  expect(await archives()).toHaveLength(4)

  const unneeded = await jobs.findGarbage({})
  expect(unneeded).toMatchObject({ jobs: [], revisions: [{ kind: 'apps', tag: 'app@1.0', number: 2 }] })
  expect(unneeded.size).toBeGreaterThan(0)
  await jobs.removeGarbage(unneeded)
  expect(store.revisions('apps', 'app@1.0')).toEqual([1, 3, 4])
  expect(await archives()).toHaveLength(3)

  const old = await jobs.findGarbage({ maxAge: -1 })
  expect(old).toMatchObject({ jobs: [{ id: first.id }], revisions: [{ number: 1 }], code: [first.parts?.app.hash] })
  // Needed again before it is removed.
  await jobs.rerun(first.id, 'all')
  await jobs.removeGarbage(old)
  expect(await jobs.ended(first.id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  await jobs.removeGarbage(old)
  expect([...jobs.list()].map(({ id }) => id)).toEqual([draft.id, running.id])
  expect(store.revisions('apps', 'app@1.0')).toEqual([3, 4])
  expect(await archives()).toHaveLength(2)
  expect(await readdir(join(directory, 'code'))).toHaveLength(2)
  expect((await readdir(join(directory, 'jobs'))).toSorted()).toEqual([running.id, draft.id].toSorted())
  expect(warnings).toEqual([])
  await jobs.abort(running.id, 'the test')
})

test('garbage is found in a directory whose platform does not run, and no job goes on', async () => {
  const directory = await temporaryDirectory()
  const { publish, finish, start, close } = openJobPlatform({ directory })
  await publish('app', { code: 'echo 1 > "$TASK_RESULTS_DIR/x"' })
  const { id } = await finish({ app: 'app' })
  await publish('wait', { code: 'sleep 1000' })
  const running = await start({ app: 'wait' })
  await close()
  const store = new Store(directory, () => {})
  onTestFinished(() => store.close())
  const premises = openPremises(directory, store, (message) => expect(message).toBe(''))
  const garbage = planGarbage(await findFacts(premises), { maxAge: 0 }, Date.now() + 1)
  expect(garbage.jobs.map((job) => job.id)).toEqual([id])
  await removeGarbage(premises, garbage)
  expect(await readdir(join(directory, 'jobs'))).toEqual([running.id])
})
