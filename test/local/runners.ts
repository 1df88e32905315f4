import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attemptDirectory } from '../../packages/local/dist/runners/attempt-directory.js'
import type { AttemptEnding, Batch, BatchHost, Runner, Workspace } from '../../packages/local/dist/runners/runner.js'
import { onTestFinished } from '../helpers/current-test.ts'
import { writeFiles } from '../helpers/project.ts'
import { programs, type ProgramName } from '../helpers/runner-programs.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

interface RunnerSetup {
  /** Absolute path of the directory for those of the attempts. */
  root: string
  concurrency: number
}

/** Opens a place to run. It is closed after the test. */
export type CreateRunner = (setup: RunnerSetup) => Runner | Promise<Runner>

/** What happened to one attempt, in order. */
interface Seen {
  events: string[]
  output: Record<'stdout' | 'stderr', string>
  ending?: AttemptEnding
}

/** A host that creates a task's directories, and notes what happens. */
class TestHost implements BatchHost {
  readonly seen: Seen[] = []
  most = 0
  /** More variables for each attempt. */
  variables: Record<string, string> = {}
  readonly #root: string
  readonly #batchId: string
  /** In which attempts of all hosts were opened. */
  readonly #order: string[]
  #running = 0

  constructor(root: string, batchId: string, order: string[]) {
    this.#root = root
    this.#batchId = batchId
    this.#order = order
  }

  at(index: number): Seen {
    return (this.seen[index] ??= { events: [], output: { stdout: '', stderr: '' } })
  }

  async open(index: number): Promise<Workspace> {
    this.at(index).events.push('open')
    this.#order.push(`${this.#batchId}/${index}`)
    this.most = Math.max(this.most, ++this.#running)
    const directory = attemptDirectory(this.#root, this.#batchId, index)
    const [task, results] = [join(directory, 'task'), join(directory, 'results')]
    await mkdir(task, { recursive: true })
    await mkdir(results)
    await writeFile(join(task, 'data.bin'), `chunk ${index}`)
    return this.#workspace(index)
  }

  async reopen(index: number): Promise<Workspace> {
    this.at(index).events.push('reopen')
    this.most = Math.max(this.most, ++this.#running)
    return this.#workspace(index)
  }

  #workspace(index: number): Workspace {
    const directory = attemptDirectory(this.#root, this.#batchId, index)
    return {
      directory,
      directories: {
        TASK_DIR: { path: join(directory, 'task'), writable: true, content: 'input' },
        TASK_RESULTS_DIR: { path: join(directory, 'results'), writable: true, content: 'output' },
      },
      variables: { CHUNK_NUMBER: String(index), APP_PARAMS: '{"text":"a b\\n$c \'\\"é"}', ...this.variables },
    }
  }

  waiting(): void {}

  started(index: number): void {
    this.at(index).events.push('started')
  }

  output(index: number, stream: 'stdout' | 'stderr', piece: Buffer): void {
    if (!/^(?:open,started|reopen)/.test(String(this.at(index).events))) this.at(index).events.push('output too early')
    this.at(index).output[stream] += String(piece)
  }

  async ended(index: number, ending: AttemptEnding): Promise<void> {
    this.#running--
    this.at(index).events.push('ended')
    this.at(index).ending = ending
  }

  endings(): (AttemptEnding | undefined)[] {
    return this.seen.map(({ ending }) => ending)
  }

  hasEnded(count: number): Promise<unknown> {
    return waitFor(`${count} endings`, () => this.endings().filter((ending) => ending !== undefined).length >= count)
  }

  prints(index: number, text: string): Promise<unknown> {
    return waitFor(`attempt ${index} to print ${text}`, () => this.at(index).output.stdout.includes(text))
  }
}

const SUCCESS: AttemptEnding = { type: 'exited', exitCode: 0, signal: null }

/** In which places may differ. */
interface PlaceTraits {
  /** The image that attempts run in. */
  image?: string
  /** The path that a program sees of a directory, by the variable that names it and its path on this machine. */
  pathOf?: (variable: string, path: string) => string
  /** What is to be read in place of a line that names such a path. */
  plain?: (line: string) => string
  /** Variables that come from the place itself. */
  ownVariables?: RegExp
  /** Whether attempts go on when it closes. */
  survivesRestart?: boolean
}

/** What every place to run keeps to. */
export function testRunner(name: string, create: CreateRunner, traits: PlaceTraits = {}): void {
  const { image = 'any', pathOf = (_, path) => path, plain = (line) => line, ownVariables = /^$/, survivesRestart = false } = traits

  /** A place with a batch that is not submitted yet. */
  async function open(concurrency = 2) {
    const directory = await temporaryDirectory()
    const [root, code] = [join(directory, 'work'), join(directory, 'code')]
    await mkdir(root)
    await writeFiles(code, Object.fromEntries(Object.entries(programs).map(([file, { script }]) => [file, script])))
    const start = async (): Promise<Runner> => {
      const runner = await create({ root, concurrency })
      onTestFinished(() => runner.close(0))
      return runner
    }
    const runner = await start()
    const order: string[] = []
    const batch = (id: string, entrypoint: ProgramName, size: number, more: Partial<Batch> = {}) => {
      const host = new TestHost(root, id, order)
      const needs = { directory: code, entrypoint, image, registryLogin: undefined, cpu: 1, memory: 1, gpu: [] }
      return {
        id,
        jobId: id,
        code: needs,
        timeout: undefined,
        concurrency: undefined,
        size,
        ...more,
        host: (more.host ?? host) as TestHost,
      }
    }
    return { root, runner, start, batch, order }
  }

  describe(name, () => {
    test('runs each attempt once, in the order of the methods', async () => {
      const { root, runner, batch, order } = await open()
      const copies = batch('copies', 'copy.sh', 5)
      await runner.submit(copies)
      await runner.submit(copies)
      await copies.host.hasEnded(5)
      expect(copies.host.endings()).toEqual(Array.from({ length: 5 }, () => SUCCESS))
      for (const [index, { events, output }] of copies.host.seen.entries()) {
        expect(events).toEqual(['open', 'started', 'ended'])
        expect(output).toEqual({ stdout: `copied ${index}\n`, stderr: 'done\n' })
        expect(await readFile(join(attemptDirectory(root, 'copies', index), 'results/copy.bin'), 'utf8')).toBe(`chunk ${index}`)
      }
      expect(order).toEqual([0, 1, 2, 3, 4].map((index) => `copies/${index}`))
    })

    test('passes on the variables of the workspace, and no others', async () => {
      const { root, runner, batch } = await open()
      process.env['SECRET_OF_THE_PLATFORM'] = 'x'
      onTestFinished(() => delete process.env['SECRET_OF_THE_PLATFORM'])
      const one = batch('one', 'variables.sh', 1)
      await runner.submit(one)
      await one.host.hasEnded(1)
      const directory = attemptDirectory(root, 'one', 0)
      const lines = one.host.at(0).output.stdout.trim().split('\n')
      expect(lines.filter((line) => !ownVariables.test(line)).map(plain)).toEqual([
        'APP_PARAMS={"text":"a b\\n$c \'\\"é"}',
        'CHUNK_NUMBER=0',
        `TASK_DIR=${pathOf('TASK_DIR', `${directory}/task`)}`,
        `TASK_RESULTS_DIR=${pathOf('TASK_RESULTS_DIR', `${directory}/results`)}`,
      ])
    })

    test.each<[ProgramName, AttemptEnding]>([
      ['fail.sh', { type: 'exited', exitCode: 3, signal: null }],
      ['die.sh', { type: 'exited', exitCode: null, signal: 'SIGKILL' }],
    ])('tells how %s ended', async (entrypoint, ending) => {
      const { runner, batch } = await open()
      const one = batch('one', entrypoint, 1)
      await runner.submit(one)
      await one.host.hasEnded(1)
      expect(one.host.endings()).toEqual([ending])
    })

    test('an attempt without a workspace does not start, and the others do', async () => {
      const { runner, batch } = await open()
      const { host } = batch('some', 'copy.sh', 3)
      const openWorkspace = host.open.bind(host)
      host.open = async (index) => {
        const workspace = await openWorkspace(index)
        if (index === 1) throw new Error('no room')
        return workspace
      }
      await runner.submit(batch('some', 'copy.sh', 3, { host }))
      await host.hasEnded(3)
      expect(host.endings()).toEqual([SUCCESS, { type: 'unstartable', reason: 'no room' }, SUCCESS])
      expect(host.at(1).events).toEqual(['open', 'ended'])
    })

    test('an entrypoint that cannot be started is unstartable', async () => {
      const { runner, batch } = await open()
      const one = batch('one', 'none.sh' as ProgramName, 1)
      await runner.submit(one)
      await one.host.hasEnded(1)
      expect(one.host.endings()).toEqual([{ type: 'unstartable', reason: expect.stringContaining('none.sh') as string }])
    })

    test('ends what takes longer than the time limit', async () => {
      const { runner, batch } = await open()
      const waiting = batch('waiting', 'wait.sh', 1, { timeout: 300 })
      await runner.submit(waiting)
      await waiting.host.hasEnded(1)
      expect(waiting.host.endings()).toEqual([{ type: 'timed out' }])
    })

    test('runs no more at once than it says, nor than a batch wants', async () => {
      const { runner, batch } = await open(3)
      const [free, limited] = [batch('free', 'copy.sh', 8), batch('limited', 'copy.sh', 4, { concurrency: 1 })]
      expect((await runner.capabilities()).concurrency).toBe(3)
      await runner.submit(free)
      await free.host.hasEnded(8)
      await runner.submit(limited)
      await limited.host.hasEnded(4)
      expect(free.host.most).toBe(3)
      expect(limited.host.most).toBe(1)
    })

    test('jobs take turns', async () => {
      const { runner, batch, order } = await open(1)
      const many = batch('many', 'copy.sh', 30)
      const few = batch('few', 'copy.sh', 3)
      await runner.submit(many)
      await runner.submit(few)
      await few.host.hasEnded(3)
      expect(order.indexOf('few/2')).toBeLessThan(9)
      expect(order[0]).toBe('many/0')
    })

    test('what is cancelled ends, and what waits does not begin', async () => {
      const { runner, batch } = await open(2)
      const waiting = batch('waiting', 'wait.sh', 5)
      await runner.submit(waiting)
      await waiting.host.prints(0, 'waiting')
      await waiting.host.prints(1, 'waiting')
      await runner.cancel('waiting', [1, 2])
      // The next one takes the place of the one that ended.
      await waiting.host.prints(3, 'waiting')
      expect(waiting.host.seen[2]).toBeUndefined()
      await runner.cancel('waiting')
      expect(waiting.host.seen[4]).toBeUndefined()
      expect(waiting.host.endings().filter((ending) => ending !== undefined)).toEqual([])

      const next = batch('next', 'copy.sh', 2)
      await runner.submit(next)
      await next.host.hasEnded(2)
    })

    test('lists its batches until they are purged', async () => {
      const { runner, batch } = await open()
      const [one, other] = [batch('one', 'copy.sh', 1), batch('other', 'wait.sh', 1)]
      await runner.submit(one)
      await runner.submit(other)
      await one.host.hasEnded(1)
      expect((await runner.list()).toSorted()).toEqual(['one', 'other'])
      await runner.cancel('other')
      await runner.purge('other')
      await runner.cancel('never submitted')
      await runner.purge('never submitted')
      expect(await runner.list()).not.toContain('never submitted')
    })

    test.skipIf(survivesRestart)('what runs when it closes may end in time, and nothing begins after that', async () => {
      const { root, runner, batch } = await open(1)
      const [quick, next] = [batch('quick', 'until-go.sh', 2), batch('next', 'copy.sh', 1)]
      await runner.submit(quick)
      await runner.submit(next)
      await quick.host.prints(0, 'waiting')
      const closed = runner.close(20_000)
      await expect(runner.submit(batch('late', 'copy.sh', 1))).rejects.toThrow(expect.objectContaining({ name: 'RunnerError' }) as Error)
      await writeFile(join(attemptDirectory(root, 'quick', 0), 'results/go'), '')
      await within('the end', closed, { timeout: 15_000 })
      expect(quick.host.endings()).toEqual([SUCCESS])
      expect(next.host.seen).toEqual([])
    })

    test.skipIf(survivesRestart)('what has not ended in time when it closes is told to end, and counts as lost', async () => {
      const { runner, batch } = await open(2)
      const [polite, waiting] = [batch('polite', 'polite.sh', 1), batch('waiting', 'wait.sh', 1)]
      await runner.submit(polite)
      await runner.submit(waiting)
      await polite.host.prints(0, 'waiting')
      await waiting.host.prints(0, 'waiting')
      await within('the end', runner.close(100))
      const lost = { type: 'lost', reason: expect.any(String) as string }
      expect([...polite.host.endings(), ...waiting.host.endings()]).toEqual([lost, lost])
      expect(polite.host.at(0).output.stdout).toBe('waiting\ntold to end\n')
    })

    test.runIf(survivesRestart)('what runs when it closes goes on, and the next one takes it over with what waits', async () => {
      const { root, runner, start, batch } = await open(2)
      const going = batch('going', 'until-go.sh', 4)
      going.host.variables = { GO: join(root, 'go') }
      await runner.submit(going)
      await going.host.prints(0, 'waiting')
      await going.host.prints(1, 'waiting')
      await runner.close(0)
      await expect(runner.submit(batch('late', 'copy.sh', 1))).rejects.toThrow(expect.objectContaining({ name: 'RunnerError' }) as Error)

      const next = await start()
      expect(await next.list()).toContain('going')
      const resumed = batch('going', 'until-go.sh', 4, { left: { open: [0, 1], waiting: [2, 3] } })
      resumed.host.variables = going.host.variables
      await next.submit(resumed)
      await writeFile(join(root, 'go'), '')
      await resumed.host.hasEnded(4)
      expect(resumed.host.endings()).toEqual([SUCCESS, SUCCESS, SUCCESS, SUCCESS])
      expect(resumed.host.seen.map(({ events }) => events.join())).toEqual([
        'reopen,ended',
        'reopen,ended',
        'open,started,ended',
        'open,started,ended',
      ])
      expect([0, 1].map((index) => going.host.at(index).output.stdout + resumed.host.at(index).output.stdout)).toEqual([
        'waiting\ngone\n',
        'waiting\ngone\n',
      ])
      expect(going.host.endings().filter((ending) => ending !== undefined)).toEqual([])
    })
  })
}
