import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whether the system shows the environment of a process. */
export const canFindProcesses: boolean = process.platform === 'linux'

/** Milliseconds that the system is given to end killed processes. */
const KILL_TIME = 2_000
const PAUSE = 2

/**
 * How often a process is looked at that has no environment yet, because it is just starting a program. It has the pause between
 * two looks for that.
 */
const LOOKS = 50

/** Of no attempt. */
const FOREIGN = ''

/**
 * Finds the processes of attempts by their environment, where the system shows it (Linux): each has variables with paths in
 * its attempt's directory. So even a process that left its group is found, unless it cleared its environment, too.
 */
export class AttemptProcesses {
  readonly #pattern: RegExp
  /** The name of the directory that each process belongs to. An environment stays as it was when its process started. */
  #known = new Map<string, string>()
  #search: Promise<Map<string, number[]>> | undefined

  /** @param root the directory that has those of all attempts, an absolute path */
  constructor(root: string) {
    // The working directory of somebody who looks at an attempt is in PWD.
    this.#pattern = new RegExp(`(?:^|\\0)(?!(?:OLD)?PWD=)[^=\\0]+=${escape(root)}/([^/\\0]+)`)
  }

  /** The ids of the processes that run, by the names of their directories. Calls at about the same time share one search. */
  find(): Promise<Map<string, number[]>> {
    if (!canFindProcesses) return Promise.resolve(new Map())
    this.#search ??= new Promise<void>(setImmediate).then(() => {
      // Who asks from now on may be after processes that this search does not see any more.
      this.#search = undefined
      return this.#findAll()
    })
    return this.#search
  }

  /** Kills the processes of an attempt. */
  async kill(name: string): Promise<void> {
    const deadline = performance.now() + KILL_TIME
    const running = async (): Promise<number[]> => ((await this.find()).get(name) ?? []).filter(isRunning)
    for (let pids = await running(); pids.length > 0; pids = await running()) {
      for (const pid of pids) killProcess(pid)
      if (performance.now() > deadline) return
      await sleep(PAUSE)
    }
  }

  async #findAll(): Promise<Map<string, number[]>> {
    const pids = readdirSync('/proc').filter((name) => /^\d/.test(name))
    const known = new Map<string, string>()
    let undecided = pids
    for (let looks = 0; looks < LOOKS && undecided.length > 0; looks++) {
      if (looks > 0) await sleep(PAUSE)
      undecided = undecided.filter((pid) => {
        const name = this.#known.get(pid) ?? this.#nameOf(pid)
        if (name !== undefined) known.set(pid, name)
        return name === undefined
      })
    }
    // They have been started without any environment.
    for (const pid of undecided) known.set(pid, FOREIGN)
    this.#known = known
    const found = new Map<string, number[]>()
    for (const [pid, name] of known) if (name !== FOREIGN) found.set(name, [...(found.get(name) ?? []), Number(pid)])
    return found
  }

  /** @returns `undefined` if that cannot be told yet */
  #nameOf(pid: string): string | undefined {
    const environment = readProcess(pid, 'environ')
    // It belongs to another user, or is gone.
    if (environment === undefined) return FOREIGN
    if (environment === '') return isProgram(pid) ? undefined : FOREIGN
    return this.#pattern.exec(environment)?.[1] ?? FOREIGN
  }
}

function isRunning(pid: number): boolean {
  const [state] = readStatus(String(pid)) ?? ['X']
  return !['Z', 'X'].includes(state ?? '')
}

/** In the flags of a process, for one that is part of the system itself. */
const KERNEL_THREAD = 0x00200000

/** Whether a process without an environment will have one: it is neither part of the system nor about to be gone. */
function isProgram(pid: string): boolean {
  const [state = 'X', , , , , , flags] = readStatus(pid) ?? []
  return !['Z', 'X'].includes(state) && (Number(flags) & KERNEL_THREAD) === 0
}

/** The fields of proc_pid_stat(5) from the third one, the state; `undefined` if the process is gone. */
function readStatus(pid: string): string[] | undefined {
  const text = readProcess(pid, 'stat')
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function readProcess(pid: string, file: 'environ' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return undefined
  }
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** As it stands in an environment that is read as Latin-1, and as a pattern. */
function escape(path: string): string {
  return Buffer.from(path)
    .toString('latin1')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
