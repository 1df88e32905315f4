import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { openJobPlatform } from '../helpers/job-platform.ts'
import { processesWith, uniqueSeconds } from '../helpers/processes.ts'
import { canRunSlurm, shareCluster } from '../helpers/slurm-cluster.ts'
import { startSlurmPlatform } from '../helpers/slurm-platform.ts'
import { logOf, startJob } from '../helpers/slurm-tasks.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** What tasks do with their results. */
const SCRIPTS: Record<string, string> = {
  empty: ': >empty.txt; mkdir nothing',
  names: `touch 'a b' "$(printf 'line\\nbreak')" 'ünï→😀' '-rf' 'quote"s' ' ' 'back\\slash' '*'; mkdir -p 'd e/f'; echo x >'d e/f/-g'; n=$(printf 'n%.0s' $(seq 250)); echo long >"$n"; mkdir -p "$n.d/$n.d" 2>/dev/null || mkdir -p deep/$n/$n; echo deep >deep/$n/$n/x`,
  links:
    'echo one >one; ln one two; ln -s one three; mkdir d; echo four >d/four; ln -s d e; ln -s ../one d/up; ln -s /etc/hostname out; ln -s nowhere broken; ln -s d/../three four; ln three five',
  chained: 'echo one >one; ln -s one two; ln two three',
  readonly: 'mkdir d; echo one >d/one; chmod 500 d; chmod 400 d/one; echo two >two; chmod 500 .',
  unreadable: 'echo one >one; chmod 0 one; mkdir d; echo two >d/two; chmod 0 d',
  removed: 'cd /; rm -rf "$TASK_RESULTS_DIR"',
  replaced:
    'cd /; rm -rf "$TASK_RESULTS_DIR"; mkdir "$TASK_DIR/other"; echo x >"$TASK_DIR/other/x"; ln -s "$TASK_DIR/other" "$TASK_RESULTS_DIR"',
  file: 'cd /; rm -rf "$TASK_RESULTS_DIR"; echo x >"$TASK_RESULTS_DIR"',
  bytes: `echo x >"$(printf '\\377')"; echo y >"$(printf '\\376')"; echo z >z`,
  modes: 'echo y >y; chmod 777 y',
  failing: 'echo partial >partial; echo oops >&2; exit 1',
  signal: 'echo partial >partial; kill -TERM $$; sleep 1',
  nolines: `printf 'no line break'; printf 'neither' >&2; echo x >x`,
  long: `head -c 200000 /dev/zero | tr '\\0' x; echo; head -c 70000 /dev/zero | tr '\\0' y; echo x >x`,
  bytewise: `i=0; while [ $i -lt 300 ]; do printf .; i=$((i+1)); done; echo; printf '\\377\\376\\n'; printf 'a\\r\\nb\\rc\\n'`,
  sparse: 'truncate -s 5000000 sparse; echo end >>sparse',
  many: 'for i in $(seq 300); do echo $i >f$i; done; mkdir d; for i in $(seq 80); do echo $i >d/f$i; done',
  background: 'echo x >x; sleep SECONDS & setsid sleep SECONDS & (setsid sh -c "exec sleep SECONDS" &) ; echo done',
}

interface Seen {
  id: string
  state: string
  errorMessage: string
  results: Record<string, string>
  log: string[]
}

/** What comes of some scripts, without what differs from place to place. */
async function seenOf(
  scripts: readonly (readonly [string, string])[],
  finish: (name: string, script: string) => Promise<Seen>,
): Promise<Map<string, Seen>> {
  const seen = scripts.map(async ([name, script]) => {
    const { id, errorMessage, log, ...others } = await finish(name, `cd "$TASK_RESULTS_DIR"\n${script}`)
    const plain = (text: string): string => text.replaceAll(id, 'JOB').replace(/ on node\d \(Slurm \d+_\d+\)$/, '')
    return [name, { ...others, id: 'JOB', errorMessage: plain(errorMessage), log: log.map(plain) }] as const
  })
  return new Map(await Promise.all(seen))
}

describe.skipIf(!canRunSlurm())('results from a cluster', () => {
  const cluster = shareCluster()

  test('are the same as those of processes on this machine, with the same lines in the logs', async () => {
    const seconds = uniqueSeconds()
    const scripts = Object.entries(SCRIPTS).map(([name, script]) => [name, script.replaceAll('SECONDS', seconds)] as const)
    const local = openJobPlatform({ directory: await temporaryDirectory() })
    const finishHere = async (name: string, script: string): Promise<Seen> => {
      await local.publish(name, { code: script })
      const { id, state, errorMessage } = await local.finish({ app: name })
      const results = state === 'JOB_STATE_COMPLETE' ? await local.output(id) : {}
      return { id, state, errorMessage, results, log: await local.log(id, { part: 'app', chunk: 0 }, true) }
    }
    const expected = new Map<string, Seen>()
    for (const script of scripts) for (const [name, seen] of await seenOf([script], finishHere)) expected.set(name, seen)
    const platform = await startSlurmPlatform(cluster())
    const found = await seenOf(scripts, async (name, script) => {
      await platform.publish(name, script)
      const id = await startJob(platform, { app: name })
      const { state, errorMessage } = await platform.ended(id, { timeout: 100_000 })
      const results = state === 'JOB_STATE_COMPLETE' ? await platform.results(id) : {}
      return { id, state, errorMessage, results, log: await logOf(platform, id, 0, true) }
    })
    for (const name of Object.keys(SCRIPTS)) expect.soft(found.get(name), name).toEqual(expected.get(name))
    expect(await processesWith(seconds)).toEqual([])
  })

  test('and output of any size take no more of the memory', async () => {
    const platform = await startSlurmPlatform(cluster())
    await platform.publish('large', `head -c 300000000 /dev/zero >"$TASK_RESULTS_DIR/large"; yes ${'x'.repeat(49)} | head -c 20000000`)
    const id = await startJob(platform, { app: 'large' })
    expect(await platform.ended(id, { timeout: 100_000 })).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '' })
    const status = await readFile(`/proc/${platform.program.pid}/status`, 'utf8')
    expect(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]), 'the most memory that the platform took, in kB').toBeLessThan(220_000)
    const task = await platform.client.jobs.task(id, 0)
    expect(task.results).toMatchObject([{ name: 'large', size: 300_000_000 }])
    expect((await logOf(platform, id, 0)).length).toBe(400_000)
  })
})
